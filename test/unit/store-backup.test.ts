import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { pino } from "pino";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../server/domain/ports.ts";
import { readBackup, writeBackup } from "../../server/store/backup-file.ts";
import type { BackupRecord } from "../../server/store/backup-records.ts";
import { exportStores, importStores } from "../../server/store/backup-stores.ts";
import { openEmbeddedStores } from "../../server/store/embedded-open.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const log = pino({ level: "silent" });
const head = { offhookBackup: 1, at: "2026-01-01T00:00:00.000Z", by: "0.1.0" };
const key = (id: string) => ({ organization: "default", kind: "device", id });

/** Two documents that hold each other's number, so that a backup between two changes shows. */
const bump = (store: Store, n: number) =>
  store.transaction(async (transaction) => {
    await transaction.put(key("left"), { n, padding: "x".repeat(300) }, { unique: [`mac:${n}`] });
    await transaction.put(key("right"), { n });
    transaction.audit({ at: "", actor: "admin", action: "bump", ...key(String(n)) });
  });

describe("a backup of the embedded store", () => {
  let folder: string;
  let file: string;
  const data = (name: string) => join(folder, name);

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder, "offhook.backup.gz");
  });

  const open = async (name: string, foldAt?: () => number) => {
    const stores = await openEmbeddedStores({ dataFolder: data(name), log, ...(foldAt && { foldAt }) });
    const close = async () => {
      await Promise.all([stores.config.close(), stores.presence.close()]);
    };
    onTestFinished(close);
    return { ...stores, close };
  };

  const back = (name: string, path = file) => writeBackup(path, head, exportStores({ dataFolder: data(name) }));

  const restore = async (name: string, options: { replace?: boolean; from?: string } = {}) => {
    const { records } = await readBackup(options.from ?? file);
    await importStores({ dataFolder: data(name), log, replace: options.replace === true }, records);
  };

  /** What a backup of `bump`'s store says: the two documents, and the numbers in the audit. */
  const read = async (path: string) => {
    const records: BackupRecord[] = [];
    for await (const record of (await readBackup(path)).records) records.push(record);
    const documents = records.flatMap((each) => ("document" in each ? [each.document] : []));
    return { documents, audited: records.flatMap((each) => ("audit" in each ? [each.audit.n] : [])) };
  };

  /** A store with three changes, closed, and its backup. */
  const makeBackup = async () => {
    const stores = await open("from");
    for (const n of [1, 2, 3]) await bump(stores.config, n);
    await stores.presence.transaction((transaction) => transaction.put(key("pin"), { pin: true }));
    await stores.close();
    return back("from");
  };

  test("gives back documents, versions, unique names and the audit, for the owner only", async () => {
    expect(await makeBackup()).toEqual({ documents: 3, audit: 3 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await restore("to");
    const { config, presence } = await open("to");
    expect(await config.get(key("left"))).toMatchObject({ version: 3, body: { n: 3 } });
    expect(await config.holder("mac:3")).toMatchObject({ id: "left" });
    expect(await config.holder("mac:1")).toBeUndefined();
    expect(await presence.get(key("pin"))).toMatchObject({ version: 1 });
    await bump(config, 4);
    expect((await config.readAudit({ limit: 9 })).map(({ n, id }) => [n, id])).toEqual([
      [4, "4"],
      [3, "3"],
      [2, "2"],
      [1, "1"],
    ]);
    for (const name of await readdir(data("to"))) expect((await stat(join(data("to"), name))).mode & 0o077).toBe(0);
  });

  test("taken while changes and folds go on holds whole changes, and all that were answered before it began", {
    timeout: 60_000,
  }, async () => {
    const { config } = await open("from", () => 3_000);
    let answered = 0;
    const change = async () => {
      await bump(config, answered + 1);
      answered += 1;
    };
    const logHeads = new Set<string | undefined>();
    await change();
    for (let round = 0; round < 40; round += 1) {
      const before = answered;
      const changing = Array.from({ length: 10 }).reduce<Promise<void>>((last) => last.then(change), Promise.resolve());
      await back("from", `${file}.${round}`);
      await changing;
      const { documents, audited } = await read(`${file}.${round}`);
      const version = documents[0]?.version ?? 0;
      expect(version).toBeGreaterThanOrEqual(before);
      expect(documents).toMatchObject([
        { id: "left", version, unique: [`mac:${version}`], body: { n: version } },
        { id: "right", version, body: { n: version } },
      ]);
      expect(audited).toEqual(Array.from({ length: version }, (_, index) => index + 1));
      logHeads.add((await readFile(data("from/config.commits.jsonl"), "utf8")).split("\n", 1)[0]);
    }
    expect(logHeads.size).toBeGreaterThan(5);
  });

  test("takes nothing from a folder without data, and says so", async () => {
    await expect(back("nothing")).rejects.toThrow(`${data("nothing")} holds no data`);
    expect(await readdir(folder)).toEqual([]);
  });

  test("never replaces a file", async () => {
    await makeBackup();
    await expect(back("from")).rejects.toThrow(`${file} is there already`);
    expect(await readdir(folder)).toEqual(["from", "offhook.backup.gz"]);
  });

  test("is refused by a folder that holds data, unless that may be replaced", async () => {
    await makeBackup();
    const other = await open("to");
    await other.config.transaction((transaction) => transaction.put(key("other"), {}));
    await expect(restore("to")).rejects.toThrow(`in use by process ${process.pid}`);
    await other.close();
    await expect(restore("to")).rejects.toThrow("holds data. Restore into an empty one, or add --replace");
    await restore("to", { replace: true });
    const { config } = await open("to");
    expect((await config.find({ kind: "device" })).map(({ id }) => id)).toEqual(["left", "right"]);
  });

  test.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    [
      "without its last line",
      (bytes: Buffer) =>
        gzipSync(
          gunzipSync(bytes)
            .toString()
            .replace(/[^\n]+\n$/, ""),
        ),
    ],
    ["changed inside", (bytes: Buffer) => gzipSync(gunzipSync(bytes).toString().replace('"n":3', '"n":4'))],
    ["with a flipped byte", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 60 ? byte ^ 1 : byte)))],
    ["that is something else", () => Buffer.from("hello")],
    ["of a newer Offhook", () => gzipSync('{"offhookBackup":2}\n')],
  ])("%s is refused by name, and nothing is changed", async (_, damage) => {
    await makeBackup();
    const broken = join(folder, "broken");
    await writeFile(broken, damage(await readFile(file)));
    const before = await readFile(data("from/config.commits.jsonl"), "utf8");
    await expect(restore("from", { replace: true, from: broken })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining(broken),
    });
    expect(await readFile(data("from/config.commits.jsonl"), "utf8")).toBe(before);
    expect((await readdir(data("from"))).filter((name) => name.startsWith("restored"))).toEqual([]);
  });

  test("whose restore was cut off before its end changes nothing, and after that is ended by the next start", async () => {
    await makeBackup();
    await restore("to");
    const { config, close } = await open("half");
    await bump(config, 1);
    await close();
    await rename(data("to"), data("half/restored.part"));
    const untouched = await open("half");
    expect(await untouched.config.get(key("left"))).toMatchObject({ version: 1 });
    await untouched.close();
    await rename(data("half/restored.part"), data("half/restored"));
    await expect(back("half", `${file}.half`)).rejects.toThrow("a restore was cut off here");
    expect(await (await open("half")).config.get(key("left"))).toMatchObject({ version: 3 });
    expect(await readdir(data("half"))).not.toContain("restored");
  });
});
