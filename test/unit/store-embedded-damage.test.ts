import { execFileSync } from "node:child_process";
import { appendFile, copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { pino } from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../server/domain/ports.ts";
import { type EmbeddedOptions, openEmbeddedStores } from "../../server/store/embedded-open.ts";
import type { Stores } from "../../server/store/open-store.ts";
import { canMount, mountDisk } from "../support/mounted-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const key = (id: string) => ({ organization: "default", kind: "device", id });
const entry = (id: string): AuditEntry => ({ at: "", actor: "admin", action: "device.put", ...key(id) });

describe("the files of the embedded store", () => {
  let dataFolder: string;
  let warnings: string[];
  const file = (name: string) => join(dataFolder, `config.${name}.jsonl`);

  beforeEach(async () => {
    dataFolder = await temporaryFolder();
    warnings = [];
  });

  const open = (options: Pick<EmbeddedOptions, "foldAt"> = {}): Promise<Stores> => {
    const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
    return openEmbeddedStores({ dataFolder, log, ...options });
  };

  const close = async ({ config, presence }: Stores) => {
    await Promise.all([config.close(), presence.close()]);
  };

  /** Stores documents, each with an audit entry and a commit of its own, and closes. */
  const store = async (ids: readonly string[], options: Pick<EmbeddedOptions, "foldAt"> = {}) => {
    const stores = await open(options);
    for (const id of ids) {
      await stores.config.transaction(async (transaction) => {
        await transaction.put(key(id), { id });
        transaction.audit(entry(id));
      });
    }
    await close(stores);
  };

  /** The same, and everything there is has been folded into the snapshot at the end. */
  const storeAndFold = async (ids: readonly string[]) => {
    await store(ids.slice(0, -1));
    await store(ids.slice(-1), { foldAt: () => 1 });
  };

  /** The ids that are there after a start, oldest audit entry first. */
  const look = async () => {
    const stores = await open();
    const documents = (await stores.config.find({ kind: "device" })).map(({ id }) => id);
    const audited = (await stores.config.readAudit({ limit: 100 })).map(({ id }) => id).toReversed();
    await close(stores);
    return { documents, audited };
  };

  const flip = async (path: string, text: string) => {
    const bytes = await readFile(path);
    const at = bytes.indexOf(text);
    expect(at).toBeGreaterThan(0);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(path, bytes);
  };

  /** The message of a start that is refused. */
  const refusal = async (): Promise<string> => {
    const thrown = await open().then(
      async (stores) => close(stores).then(() => undefined),
      (reason) => reason,
    );
    expect(thrown).toMatchObject({ code: "STORE_UNAVAILABLE" });
    return thrown.message;
  };

  /** Runs the command that a message offers as the way out. */
  const followAdvice = (message: string) =>
    execFileSync("bash", ["-c", message.slice(message.lastIndexOf("with: ") + 6)]);

  test("are the owner's only", async () => {
    await storeAndFold(["a", "b"]);
    expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(dataFolder)) {
      expect([name, (await stat(join(dataFolder, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect((await readdir(dataFolder)).toSorted()).toContain("config.snapshot.jsonl");
  });

  test("in a place where no folder can be say so", async () => {
    const place = join(dataFolder, "file");
    await writeFile(place, "");
    dataFolder = join(place, "data");
    expect(await refusal()).toContain(`the data folder ${dataFolder} cannot be used: ENOTDIR`);
  });

  test.skipIf(!canMount)("on a disk that may only be read say so, with the way out", async () => {
    dataFolder = join(await mountDisk(1, "mkdir -m 700 data && mount -o remount,ro ."), "data");
    expect(await refusal()).toMatch(/EROFS.*mount it for writing, or give another folder \(OFFHOOK_DATA\)/);
    dataFolder = join(dataFolder, "..", "none");
    expect(await refusal()).toMatch(/can be made there|mount it for writing/);
  });

  test("with a last line cut off by a crash open without it, and go on", async () => {
    await store(["a", "b", "c"]);
    const whole = await readFile(file("commits"));
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (const length of [lastLine + 1, lastLine + 40, whole.length - 1]) {
      await writeFile(file("commits"), whole.subarray(0, length));
      expect(await look()).toEqual({ documents: ["a", "b"], audited: ["a", "b"] });
      expect(warnings.join()).toContain("store-torn-line");
    }
    await writeFile(file("commits"), Buffer.concat([whole.subarray(0, lastLine), Buffer.alloc(4096)]));
    await store(["d"]);
    expect(await look()).toEqual({ documents: ["a", "b", "d"], audited: ["a", "b", "d"] });
  });

  test("with a flipped byte in the log refuse the start, name the line, and open after the way out was taken", async () => {
    await store(["a", "b", "c", "d"]);
    await flip(file("commits"), '"id":"c"');
    const message = await refusal();
    expect(message).toContain(`${file("commits")}, line 4 (byte `);
    followAdvice(message);
    expect(await look()).toEqual({ documents: ["a", "b"], audited: ["a", "b"] });
    await store(["e"]);
    expect((await look()).documents).toEqual(["a", "b", "e"]);
  });

  test("with a damaged last line that a crash cannot explain refuse the start", async () => {
    await store(["a", "b"]);
    await flip(file("commits"), '"id":"b"');
    expect(await refusal()).toContain("line 3");
  });

  test("with a line missing in the log refuse the start", async () => {
    await store(["a", "b", "c"]);
    const lines = (await readFile(file("commits"), "utf8")).split("\n");
    await writeFile(file("commits"), lines.toSpliced(2, 1).join("\n"));
    expect(await refusal()).toMatch(/line 3 \(byte \d+\): here is commit 3, not 2/);
  });

  test("with a flipped byte in the snapshot refuse the start and name the line", async () => {
    await storeAndFold(["a", "b", "c"]);
    await flip(file("snapshot"), '"id":"b"');
    expect(await refusal()).toContain(`${file("snapshot")}, line 3 (byte `);
  });

  test("with a snapshot that ends too early refuse the start", async () => {
    await storeAndFold(["a", "b", "c"]);
    const whole = await readFile(file("snapshot"));
    await writeFile(file("snapshot"), whole.subarray(0, whole.lastIndexOf("\n", whole.length - 2) + 1));
    expect(await refusal()).toContain("2 of 3 documents");
  });

  test("without the snapshot they had refuse the start, also when the log is empty", async () => {
    await storeAndFold(["a", "b"]);
    await rm(file("snapshot"));
    expect(await refusal()).toContain(`${file("snapshot")}: the log follows commit 2`);
  });

  test("without the log they had refuse the start, and open with the snapshot alone after the way out was taken", async () => {
    await storeAndFold(["a", "b"]);
    await rm(file("commits"));
    const message = await refusal();
    expect(message).toContain(`${file("commits")}: the file is missing`);
    followAdvice(message);
    expect(await look()).toEqual({ documents: ["a", "b"], audited: ["a", "b"] });
  });

  test("of a newer format refuse the start", async () => {
    const head = '{"format":2,"follows":0}';
    await writeFile(file("commits"), `${head.slice(0, -1)},"crc":"${crc32(head).toString(16).padStart(8, "0")}"}\n`);
    expect(await refusal()).toContain("format 2");
  });

  test("after a crash between the new snapshot and the cutting of the log hold everything once", async () => {
    await store(["a", "b", "c"]);
    const before = await readFile(file("commits"));
    await storeAndFold(["d"]);
    await writeFile(file("commits"), Buffer.concat([before]));
    // The log now ends before the snapshot does, as if the last line had been lost as well.
    expect(await look()).toEqual({ documents: ["a", "b", "c", "d"], audited: ["a", "b", "c", "d"] });
    await store(["e"]);
    expect(await look()).toEqual({ documents: ["a", "b", "c", "d", "e"], audited: ["a", "b", "c", "d", "e"] });
  });

  test("after a crash between the audit file and the new snapshot hold each audit entry once", async () => {
    await store(["a", "b", "c"]);
    await copyFile(file("commits"), `${file("commits")}.kept`);
    await storeAndFold(["d"]);
    await rm(file("snapshot"));
    await copyFile(`${file("commits")}.kept`, file("commits"));
    expect(await look()).toEqual({ documents: ["a", "b", "c"], audited: ["a", "b", "c", "d"] });
  });

  test("lose what a crash left half written beside them", async () => {
    await storeAndFold(["a"]);
    await writeFile(`${file("snapshot")}.123456`, "half");
    await writeFile(`${file("commits")}.new`, "half");
    await look();
    expect((await readdir(dataFolder)).filter((name) => /\d$|new$/.test(name))).toEqual([]);
  });

  test("with an audit line cut off by a crash open without it, for it is still in the log", async () => {
    await storeAndFold(["a", "b"]);
    await appendFile(file("audit"), '{"at":"","actor":"adm');
    expect((await look()).audited).toEqual(["a", "b"]);
    expect(warnings.join()).toContain("store-torn-line");
    await storeAndFold(["c"]);
    expect((await look()).audited).toEqual(["a", "b", "c"]);
  });

  test("without the audit they had refuse the start, and go on with an empty one where that is wanted", async () => {
    await storeAndFold(["a", "b"]);
    await rm(file("audit"));
    expect(await refusal()).toContain(`${file("audit")}: the file is missing`);
    await writeFile(file("audit"), "");
    await storeAndFold(["c"]);
    expect((await look()).audited).toEqual(["c"]);
  });
});
