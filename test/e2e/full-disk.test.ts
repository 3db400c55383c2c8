import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { bootFleet } from "../../server/simulate/fleet.ts";
import { makePhones } from "../../server/simulate/phones.ts";
import { type ServerProcess, startServer } from "../long/server-process.ts";
import { canMount, mountDisk } from "../support/mounted-disk.ts";

const phones = makePhones(createCatalogue("profiles"), [
  { model: "cisco/8851-3pcc", count: 2 },
  { model: "cisco/7960", count: 2 },
]);

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for (let length = 64 * 1024; length >= 1; ) {
      const { bytesWritten } = await file.write(Buffer.alloc(length)).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== "ENOSPC") throw thrown;
        return { bytesWritten: 0 };
      });
      if (bytesWritten === 0) length = Math.floor(length / 2);
    }
  } finally {
    await file.close();
  }
}

async function furnish({ call }: ServerProcess): Promise<void> {
  await call("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example.com" } });
  for (const [index, { mac, model }] of phones.entries()) {
    const id = String(200 + index);
    await call("POST", "/lines", { id, extension: id });
    await call("POST", "/devices", { mac, model: model.id, lines: [id] });
  }
  await call("POST", "/enrolment-windows", { all: true, minutes: 10 });
}

async function bootStates(server: ServerProcess): Promise<string[]> {
  const report = await bootFleet(phones, server.phones, { concurrency: 4 });
  return report.phones.map(({ state }) => state);
}

/** What the refusal says, and how many changes were still made: the last page of a file has some room. */
async function changeUntilRefused({ call }: ServerProcess): Promise<{ refusal: string; displayName: string }> {
  let displayName = "";
  for (let take = 1; take < 200; take += 1) {
    try {
      await call("PATCH", "/lines/200", { displayName: `take ${take}` });
      displayName = `take ${take}`;
    } catch (error) {
      return { refusal: (error as Error).message, displayName };
    }
  }
  throw new Error("no change was refused");
}

test.skipIf(!canMount)(
  "on a full disk changes are refused with 507 and the reason, phones go on being served, and it recovers with room",
  { timeout: 90_000 },
  async () => {
    const disk = await mountDisk(4);
    const server = await startServer(disk);
    onTestFinished(() => server.kill());
    await furnish(server);
    const all = phones.map(() => "provisioned");
    expect(await bootStates(server)).toEqual(all);

    await fill(join(disk, "filler"));
    const { refusal, displayName } = await changeUntilRefused(server);
    expect(refusal).toMatch(/ended in 507: .*"code":"STORE_FULL".*no room/);
    expect(await server.call("GET", "/lines/200")).toMatchObject({ displayName });
    expect(await bootStates(server)).toEqual(all);
    await expect(server.call("PATCH", "/lines/200", { displayName: "again" })).rejects.toThrow("507");
    await expect(server.call("POST", "/lines", { id: "300", extension: "300" })).rejects.toThrow("507");

    await rm(join(disk, "filler"));
    expect(await server.call("PATCH", "/lines/200", { displayName: "with room" })).toMatchObject({
      displayName: "with room",
    });
    await server.kill();
    const again = await startServer(disk);
    onTestFinished(() => again.kill());
    expect(await again.call("GET", "/lines/200")).toMatchObject({ displayName: "with room" });
    await expect(again.call("GET", "/lines/300")).rejects.toThrow("404");
    expect(await bootStates(again)).toEqual(all);
  },
);
