import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { demoOffice } from "../../server/cli/demo-office.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { bootFleet } from "../../server/simulate/fleet.ts";
import { phoneOf } from "../../server/simulate/phones.ts";
import { type ServerProcess, startServer } from "../long/server-process.ts";
import { compiled } from "../support/compiled.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const catalogue = createCatalogue("profiles");
const phones = demoOffice.devices.flatMap(({ mac, model }) => {
  const phone = phoneOf(catalogue, model, mac.replaceAll(":", "") as Mac);
  return phone ? [phone] : [];
});

/** Runs a command on the data folder that `startServer` gives a server. */
async function offhook(folder: string, ...parameters: string[]) {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [compiled("server/main.ts"), ...parameters], {
    env: { PATH, OFFHOOK_DATA: join(folder, "data") },
    stdio: "pipe",
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      text += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}

async function serve(folder: string): Promise<ServerProcess> {
  await mkdir(folder, { recursive: true });
  const server = await startServer(folder);
  onTestFinished(() => server.kill());
  return server;
}

async function furnish({ call }: ServerProcess): Promise<void> {
  await call("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example.com" } });
  for (const site of demoOffice.sites) await call("POST", "/sites", site);
  for (const { extension, displayName } of demoOffice.people) {
    await call("POST", "/lines", { id: extension, extension, displayName });
  }
  for (const device of demoOffice.devices) await call("POST", "/devices", device);
  await call("POST", "/enrolment-windows", { all: true, minutes: 10 });
}

/** Every phone's own file, by MAC; fails when one did not get it. */
async function boot(server: ServerProcess): Promise<Map<string, string[]>> {
  const { phones: reports } = await bootFleet(phones, server.phones, { concurrency: 5 });
  return new Map(
    reports.map(({ mac, state, steps, faults }) => {
      expect([mac, state, faults]).toEqual([mac, "provisioned", []]);
      const own = steps.filter(({ expect: expected, outcome }) => expected === "device" && outcome === "served");
      return [mac, own.flatMap(({ attempts }) => attempts.map(({ body }) => body?.toString("utf8") ?? ""))];
    }),
  );
}

/** Changes one line after the other, and gives how often, until the work is done. */
async function changeDuring<Result>({ call }: ServerProcess, work: Promise<Result>) {
  let changes = 0;
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  for (; !isDone; changes += 1) await call("PATCH", "/lines/8106", { displayName: `Fax ${changes}` });
  return { changes, result: await ended };
}

describe("a backup", { timeout: 120_000 }, () => {
  it("taken while phones boot and people change things serves the same files elsewhere, without open windows", async () => {
    const folder = await temporaryFolder();
    const [here, there, file] = [join(folder, "here"), join(folder, "there"), join(folder, "office.backup.gz")];
    const server = await serve(here);
    await furnish(server);
    await boot(server);
    const saving = Promise.all([offhook(here, "backup", "--with-key", file), boot(server)]);
    const { changes, result } = await changeDuring(server, saving);
    const [{ code, text }] = result;
    expect([code, text]).toEqual([0, expect.stringMatching(/documents and \d+ entries[\s\S]*master key is in it/)]);
    expect(changes).toBeGreaterThan(5);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await server.call("PATCH", "/lines/8106", { displayName: "later" });
    const expected = await boot(server);
    expect(await server.stop()).toBe(0);

    const restored = await offhook(there, "restore", file);
    expect([restored.code, restored.text]).toEqual([0, expect.stringContaining("1 enrolment windows were ended")]);
    const other = await serve(there);
    const fax = await other.call<{ displayName: string }>("GET", "/lines/8106");
    expect(fax.displayName).toMatch(/^Fax/);
    await other.call("PATCH", "/lines/8106", { displayName: "later" });
    expect(await boot(other)).toEqual(expected);
    expect((await other.call<{ items: unknown[] }>("GET", "/enrolment-windows")).items).toEqual([]);
    const audit = await other.call<{ items: { action: string }[] }>("GET", "/audit");
    expect(audit.items.map(({ action }) => action)).toContain("backup.restore");
  });

  it("never holds the master key unless it is asked for, and is refused where another key is", async () => {
    const folder = await temporaryFolder();
    const [here, there, file] = [join(folder, "here"), join(folder, "there"), join(folder, "office.backup.gz")];
    const server = await serve(here);
    await server.call("POST", "/lines", { id: "9721", extension: "9721" });
    expect((await offhook(here, "backup", file)).text).toContain("The master key is NOT in it");
    expect((await offhook(here, "restore", file)).text).toContain("in use by process");
    await server.stop();
    const key = (await readFile(join(here, "data", "master.key"), "utf8")).trim();
    const text = gunzipSync(await readFile(file)).toString();
    expect([text.includes(key), text.includes("masterKey")]).toEqual([false, false]);

    const keyless = await offhook(there, "restore", file);
    expect([keyless.code, keyless.text]).toEqual([
      1,
      expect.stringContaining("put the master.key of the installation"),
    ]);
    await (await serve(there)).stop();
    const another = await offhook(there, "restore", file, "--replace");
    expect([another.code, another.text]).toEqual([1, expect.stringContaining("the master key is not the one")]);
    const back = await offhook(here, "restore", file);
    expect([back.code, back.text]).toEqual([1, expect.stringContaining("add --replace")]);
    expect((await offhook(here, "restore", file, "--replace")).code).toBe(0);
    expect(await (await serve(here)).call("GET", "/lines/9721")).toMatchObject({ extension: "9721", version: 1 });
  });
});
