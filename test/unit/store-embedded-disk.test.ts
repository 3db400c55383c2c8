import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../server/domain/ports.ts";
import { type FileOperations, fileOperations } from "../../server/store/embedded-files.ts";
import { openEmbeddedStores } from "../../server/store/embedded-open.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const key = (id: string) => ({ organization: "default", kind: "device", id });
const put = (store: Store, id: string, body: unknown = {}) =>
  store.transaction(async (transaction) => {
    transaction.audit({ at: "", actor: "admin", action: "device.put", ...key(id) });
    return transaction.put(key(id), body, { unique: [`mac:${id}`] });
  });

const diskError = (code: string) => Object.assign(new Error(`${code}: injected`), { code });

/** File operations that fail while told to, or wait, and that count the syncs. */
class FailingDisk implements FileOperations {
  /** The code of the error of each write; with ENOSPC a part of the bytes is written, as on a disk that fills up. */
  writeFails: string | undefined;
  syncFails: string | undefined;
  syncs = 0;
  #gate: Promise<void> | undefined;

  /** Holds every sync back until the function that it returns is called. */
  holdSyncs(): () => void {
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  }

  write: FileOperations["write"] = async (file, bytes, position) => {
    if (this.writeFails !== undefined) {
      await fileOperations.write(file, bytes.subarray(0, Math.floor(bytes.length / 2)), position);
      throw diskError(this.writeFails);
    }
    await fileOperations.write(file, bytes, position);
  };

  sync: FileOperations["sync"] = async (file) => {
    this.syncs += 1;
    await this.#gate;
    if (this.syncFails !== undefined) {
      throw diskError(this.syncFails);
    }
    await fileOperations.sync(file);
  };
}

describe("the embedded store on a disk", () => {
  let dataFolder: string;
  let disk: FailingDisk;
  let store: Store;
  let reopen: () => Promise<void>;
  const log = () => readFile(join(dataFolder, "config.commits.jsonl"), "utf8");

  const open = async () => {
    const stores = await openEmbeddedStores({ dataFolder, log: pino({ level: "silent" }), operations: disk });
    const close = async () => {
      await Promise.all([stores.config.close(), stores.presence.close()]);
    };
    onTestFinished(close);
    store = stores.config;
    reopen = async () => {
      await close();
      await open();
    };
  };

  beforeEach(async () => {
    dataFolder = await temporaryFolder();
    disk = new FailingDisk();
    await open();
  });

  const everything = async () => ({
    ids: (await store.find({ kind: "device" })).map(({ id, version }) => `${id} ${version}`),
    audited: (await store.readAudit({ limit: 100 })).map(({ n, id }) => `${n} ${id}`),
  });

  test("that is full answers STORE_FULL, keeps nothing of the change, and goes on when there is room", async () => {
    await put(store, "a");
    const before = await everything();
    for (const code of ["ENOSPC", "EDQUOT"]) {
      disk.writeFails = code;
      const outcomes = await Promise.allSettled(["a", "b", "c"].map((id) => put(store, id)));
      expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual(
        Array(3).fill("STORE_FULL"),
      );
      disk.writeFails = undefined;
      expect(await everything()).toEqual(before);
      expect(await store.holder("mac:b")).toBeUndefined();
      expect((await log()).trimEnd().split("\n")).toHaveLength(2);
    }
    await put(store, "b");
    const after = { ids: ["a 1", "b 1"], audited: ["2 b", "1 a"] };
    expect(await everything()).toEqual(after);
    await reopen();
    expect(await everything()).toEqual(after);
  });

  test("that fails to sync answers STORE_UNAVAILABLE with the cause, and again until it works", async () => {
    disk.syncFails = "EIO";
    await expect(put(store, "a")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", cause: { code: "EIO" } });
    await expect(put(store, "a")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(store.ping()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    disk.syncFails = undefined;
    await store.ping();
    expect(await put(store, "a")).toMatchObject({ version: 1 });
    await reopen();
    expect(await everything()).toEqual({ ids: ["a 1"], audited: ["1 a"] });
  });

  test("is asked to sync once for all commits that arrived meanwhile", async () => {
    const before = disk.syncs;
    const release = disk.holdSyncs();
    const first = put(store, "first");
    const others = Array.from({ length: 50 }, (_, index) => put(store, `device-${index}`));
    release();
    await Promise.all([first, ...others]);
    expect(disk.syncs - before).toBeLessThanOrEqual(3);
    await reopen();
    expect(await store.find({ kind: "device" })).toHaveLength(51);
  });

  test("does not show to readers what is not synced yet, and may still be undone", async () => {
    await put(store, "a", { n: 1 });
    const release = disk.holdSyncs();
    const told: unknown[] = [];
    store.watch((changes) => told.push(...changes));
    const writing = put(store, "a", { n: 2 });
    // The next transaction sees the change in memory already, and builds on it.
    const seen = await new Promise((resolve) => {
      store.transaction(async (transaction) => resolve(await transaction.get(key("a")))).catch(() => undefined);
    });
    expect(seen).toMatchObject({ version: 2 });
    const reads = [store.get(key("a")), store.holder("mac:a"), store.find({ kind: "device" }).then(([first]) => first)];
    const elsewhere = await store.get({ organization: "default", kind: "site", id: "a" });
    expect(elsewhere).toBeUndefined();
    disk.syncFails = "EIO";
    release();
    await expect(writing).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    for (const document of await Promise.all(reads)) {
      expect(document).toMatchObject({ version: 1, body: { n: 1 } });
    }
    expect(told).toEqual([]);
  });

  test("that fails undoes also the transactions that were built on the lost one", async () => {
    const release = disk.holdSyncs();
    const lost = put(store, "a");
    let goOn: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const onTop = store.transaction(async (transaction) => {
      const found = await transaction.get(key("a"));
      await paused;
      await transaction.put(key("b"), { sawA: found !== undefined });
    });
    disk.syncFails = "ENOSPC";
    release();
    await expect(lost).rejects.toMatchObject({ code: "STORE_FULL" });
    disk.syncFails = undefined;
    goOn();
    await expect(onTop).rejects.toMatchObject({ code: "STORE_FULL" });
    expect(await everything()).toEqual({ ids: [], audited: [] });
    await put(store, "c");
    await reopen();
    expect(await everything()).toEqual({ ids: ["c 1"], audited: ["1 c"] });
  });
});
