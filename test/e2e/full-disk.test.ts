import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ServerProcess, startServer } from "../long/server-process.ts";
import { allProvisioned, bootFour, changeUntilRefused, furnishFour } from "../support/four-phones.ts";
import { canMount, fillDisk, mountDisk } from "../support/mounted-disk.ts";

test.skipIf(!canMount)(
  "on a full disk changes are refused with 507 and the reason, phones go on being served, and it recovers with room",
  { timeout: 90_000 },
  async () => {
    const disk = await mountDisk(4);
    const server = await startServer(disk);
    onTestFinished(() => server.kill());
    await furnishFour(server);
    expect(await bootFour(server)).toEqual(allProvisioned);

    await fillDisk(join(disk, "filler"));
    const { refusal, displayName } = await changeUntilRefused(server);
    expect(refusal).toMatch(/ended in 507: .*"code":"STORE_FULL".*no room/);
    expect(await server.call("GET", "/lines/200")).toMatchObject({ displayName });
    expect(await bootFour(server)).toEqual(allProvisioned);
    await expect(server.call("PATCH", "/lines/200", { displayName: "again" })).rejects.toThrow("507");
    const refused = await addUntilRefused(server);

    await rm(join(disk, "filler"));
    expect(await server.call("PATCH", "/lines/200", { displayName: "with room" })).toMatchObject({
      displayName: "with room",
    });
    await server.kill();
    const again = await startServer(disk);
    onTestFinished(() => again.kill());
    expect(await again.call("GET", "/lines/200")).toMatchObject({ displayName: "with room" });
    await expect(again.call("GET", `/lines/${refused}`)).rejects.toThrow("404");
    expect(await bootFour(again)).toEqual(allProvisioned);
  },
);

/** What is new takes less room than a change, which keeps what was before: some may still fit. Gives the one that did not. */
async function addUntilRefused({ call }: ServerProcess): Promise<string> {
  for (let extension = 300; extension < 330; extension += 1) {
    const added = await call("POST", "/lines", { id: String(extension), extension: String(extension) }).catch(String);
    if (typeof added === "string") {
      expect(added).toContain("507");
      return String(extension);
    }
  }
  throw new Error("no line was refused");
}
