import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../server/domain/ports.ts";
import { type FileOperations, fileOperations } from "../../server/store/embedded-files.ts";
import { type EmbeddedOptions, openEmbeddedStores } from "../../server/store/embedded-open.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const key = (id: string) => ({ organization: "default", kind: "device", id });
const idOf = (index: number) => `device-${String(index).padStart(5, "0")}`;
const padding = "x".repeat(900);

describe("folding the log of the embedded store", () => {
  let dataFolder: string;
  let warnings: string[];
  const sizeOf = async (name: string) => (await stat(join(dataFolder, `config.${name}.jsonl`))).size;

  beforeEach(async () => {
    dataFolder = await temporaryFolder();
    warnings = [];
  });

  const open = async (options: Pick<EmbeddedOptions, "foldAt" | "operations"> = {}) => {
    const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
    const { config, presence } = await openEmbeddedStores({ dataFolder, log, ...options });
    const close = async () => {
      await Promise.all([config.close(), presence.close()]);
    };
    onTestFinished(close);
    return { store: config, close };
  };

  const putAll = (store: Store, from: number, to: number) =>
    store.transaction(async (transaction) => {
      for (let index = from; index < to; index += 1) {
        await transaction.put(key(idOf(index)), { index, padding }, { unique: [`mac:${index}`] });
      }
    });

  test("while commits go on loses nothing and keeps the log short", async () => {
    const rounds = 40;
    const writers = 25;
    const { store, close } = await open({ foldAt: () => 50_000 });
    const write = async (writer: number) => {
      for (let round = 0; round < rounds; round += 1) {
        await store.transaction(async (transaction) => {
          await transaction.put(key(idOf(writer)), { round, padding }, { unique: [`mac:${writer}:${round}`] });
          transaction.audit({ at: "", actor: "admin", action: "device.put", ...key(idOf(writer)) });
        });
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    await close();
    expect(await sizeOf("commits")).toBeLessThan(300_000);
    expect(warnings).toEqual([]);

    const again = await open();
    const found = await again.store.find<{ round: number }>({ kind: "device" });
    expect(found.map(({ version, body }) => [version, body.round])).toEqual(Array(writers).fill([rounds, rounds - 1]));
    expect(await again.store.holder(`mac:7:${rounds - 1}`)).toMatchObject({ id: idOf(7) });
    expect(await again.store.holder(`mac:7:${rounds - 2}`)).toBeUndefined();
    const audit = await again.store.readAudit({ limit: 10_000 });
    expect(audit.map(({ n }) => n)).toEqual(Array.from({ length: rounds * writers }, (_, index) => 1000 - index));
  });

  test("writes the snapshot in slices, so that other work gets its turn", async () => {
    const sizes: number[] = [];
    const operations: FileOperations = {
      ...fileOperations,
      write: async (file, bytes, position) => {
        sizes.push(bytes.length);
        await fileOperations.write(file, bytes, position);
      },
    };
    const first = await open();
    await putAll(first.store, 0, 3_000);
    await first.close();
    const { store, close } = await open({ foldAt: () => 1, operations });
    await store.transaction((transaction) => transaction.delete(key(idOf(0))));
    await close();
    const snapshot = await sizeOf("snapshot");
    expect(snapshot).toBeGreaterThan(3_000_000);
    expect(sizes.length).toBeGreaterThan(snapshot / 150_000);
    expect(Math.max(...sizes)).toBeLessThan(150_000);
  });

  test("that finds no room for the snapshot leaves the log as it is, goes on, and is done later", async () => {
    const state = { isFull: true };
    const operations: FileOperations = {
      ...fileOperations,
      // Room for a line in the log, none for the beginning of a new file.
      write: async (file, bytes, position) => {
        if (state.isFull && position === 0) {
          throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
        }
        await fileOperations.write(file, bytes, position);
      },
    };
    const prepared = await open();
    await putAll(prepared.store, 0, 10);
    await prepared.close();
    const { store, close } = await open({ foldAt: () => 1, operations });
    await putAll(store, 10, 20);
    await close();
    expect(warnings.join()).toContain("store-fold-failed");
    await expect(sizeOf("snapshot")).rejects.toMatchObject({ code: "ENOENT" });

    state.isFull = false;
    const later = await open({ foldAt: () => 1, operations });
    await putAll(later.store, 20, 30);
    await later.close();
    expect(await sizeOf("commits")).toBeLessThan(100);
    const last = await open();
    expect(await last.store.find({ kind: "device" })).toHaveLength(30);
  });

  test("leaves the whole audit readable, in pages from anywhere", async () => {
    const { store, close } = await open({ foldAt: () => 100_000 });
    const count = 3_000;
    for (let start = 0; start < count; start += 100) {
      await store.transaction(async (transaction) => {
        for (let index = start; index < start + 100; index += 1) {
          const organization = index % 1_000 === 0 ? "rare" : "default";
          transaction.audit({ at: "", actor: "admin", action: "x", kind: "device", id: idOf(index), organization });
        }
      });
    }
    await close();
    expect(await sizeOf("audit")).toBeGreaterThan(200_000);
    const again = (await open()).store;
    for (const before of [1, 2, 65, 700, 1_501, 2_999, 3_001, 9_999]) {
      const page = await again.readAudit({ limit: 20, before });
      const newest = Math.min(before - 1, count);
      const expected = Array.from({ length: Math.min(20, newest) }, (_, index) => newest - index);
      expect(page.map(({ n }) => n)).toEqual(expected);
      expect(page[0]?.id).toBe(newest === 0 ? undefined : idOf(newest - 1));
    }
    expect((await again.readAudit({ limit: 10, organization: "rare" })).map(({ n }) => n)).toEqual([2_001, 1_001, 1]);
  });
});
