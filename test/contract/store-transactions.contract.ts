import { beforeEach, describe, expect, test } from "vitest";
import type { Failure } from "../../server/domain/failures.ts";
import type { Store, StoreChange } from "../../server/domain/ports.ts";
import { auditEntry, key, put, type StorePlace, thrownBy } from "./store-place.ts";

/** What is committed together, who is told of it, and what is audited. */
export function describeTransactions(place: StorePlace): void {
  let store: Store;

  beforeEach(() => {
    store = place.store;
  });

  const reopen = async () => {
    await place.reopen();
    store = place.store;
  };

  describe("transactions", () => {
    test("what the work throws is thrown on unchanged, and nothing of it is kept", async () => {
      const reason = new Error("changed my mind");
      const aborted = store.transaction(async (transaction) => {
        await transaction.put(key("a"), {}, { unique: ["mac:1"] });
        transaction.audit(auditEntry("a"));
        throw reason;
      });
      expect(await thrownBy(aborted)).toBe(reason);
      expect(await store.get(key("a"))).toBeUndefined();
      expect(await store.holder("mac:1")).toBeUndefined();
      expect(await store.readAudit({ limit: 10 })).toEqual([]);
    });

    test("the work's result is given", async () => {
      expect(await store.transaction(async () => 42)).toBe(42);
    });

    test("a failed write fails the whole transaction, even when the work swallows the failure", async () => {
      const swallowed = store.transaction(async (transaction) => {
        await transaction.put(key("a"), {});
        await transaction.put(key("b"), {}, { expect: 7 }).catch(() => undefined);
      });
      expect(await thrownBy(swallowed)).toMatchObject({ code: "STALE" });
      expect(await store.get(key("a"))).toBeUndefined();
    });

    test("many documents are committed together", async () => {
      const count = 300;
      await store.transaction(async (transaction) => {
        for (let index = 0; index < count; index += 1) {
          await transaction.put(key(`device-${index}`), { index }, { unique: [`mac:${index}`] });
        }
        await transaction.delete(key("device-7"));
      });
      await reopen();
      expect(await store.find({ kind: "device" })).toHaveLength(count - 1);
      expect(await store.holder("mac:123")).toMatchObject({ body: { index: 123 } });
      expect(await store.holder("mac:7")).toBeUndefined();
    });

    test("a hundred transactions that count at the same time count to a hundred", async () => {
      const count = () =>
        store.transaction(async (transaction) => {
          const counter = await transaction.get<{ n: number }>(key("counter"));
          await transaction.put(key("counter"), { n: (counter?.body.n ?? 0) + 1 });
        });
      await Promise.all(Array.from({ length: 100 }, count));
      expect(await store.get(key("counter"))).toMatchObject({ version: 100, body: { n: 100 } });
    });

    test("writes that were begun side by side all belong to the transaction", async () => {
      await store.transaction((transaction) =>
        Promise.all(["a", "b", "c"].map((id) => transaction.put(key(id), {}, { unique: [`mac:${id}`] }))),
      );
      expect(await store.find({ kind: "device" })).toHaveLength(3);
    });

    test("a write that was begun before the end belongs to the transaction, one after the end fails", async () => {
      let leaked: ((id: string) => Promise<unknown>) | undefined;
      await store.transaction(async (transaction) => {
        leaked = (id) => transaction.put(key(id), {});
        leaked("in-time").catch(() => undefined);
      });
      expect(await store.get(key("in-time"))).toMatchObject({ version: 1 });
      await expect(leaked?.("too-late")).rejects.toThrow("the transaction has ended");
      expect(await store.get(key("too-late"))).toBeUndefined();
      expect(await put(store, "a", {})).toMatchObject({ version: 1 });
    });

    test("a transaction inside another one of the same store is refused", async () => {
      const nested = store.transaction(() => store.transaction(async () => 1));
      await expect(nested).rejects.toThrow("inside another one");
      expect(await store.transaction(() => place.stores.presence.transaction(async () => 2))).toBe(2);
    });
  });

  describe("watching", () => {
    test("listeners have been told of each commit, in order, when its transaction resolves", async () => {
      const told: (readonly StoreChange[])[] = [];
      store.watch((changes) => told.push(changes));
      await put(store, "a", { n: 1 });
      expect(told).toEqual([[{ ...key("a"), version: 1, body: { n: 1 } }]]);
      await store.transaction(async (transaction) => {
        await transaction.put(key("b"), { n: 1 });
        await transaction.put(key("a"), { n: 2 });
        await transaction.put(key("b"), { n: 2 });
      });
      await store.transaction((transaction) => transaction.delete(key("a")));
      expect(told.slice(1)).toEqual([
        [
          { ...key("a"), version: 2, body: { n: 2 } },
          { ...key("b"), version: 2, body: { n: 2 } },
        ],
        [{ ...key("a"), version: 2 }],
      ]);
    });

    test("a change of thousands of documents is told at once", async () => {
      const told: (readonly StoreChange[])[] = [];
      store.watch((changes) => told.push(changes));
      const ids = Array.from({ length: 400 }, (_, index) => `${"long".repeat(20)}-${index}`);
      await store.transaction(async (transaction) => {
        for (const id of ids) {
          await transaction.put(key(id), {});
        }
      });
      expect(told.map((changes) => changes.map(({ id }) => id))).toEqual([ids]);
    });

    test("nothing is told of what was not committed, of reads, or to those who stopped listening", async () => {
      const told: unknown[] = [];
      const stop = store.watch((changes) => told.push(changes));
      await thrownBy(put(store, "a", {}, { expect: 3 }));
      await store.transaction((transaction) => transaction.get(key("a")));
      stop();
      await put(store, "a", {});
      expect(told).toEqual([]);
    });

    test("a listener that throws disturbs neither the commit nor the others", async () => {
      const told: unknown[] = [];
      store.watch(() => {
        throw new Error("a bug in a listener");
      });
      store.watch((changes) => told.push(...changes));
      expect(await put(store, "a", {})).toMatchObject({ version: 1 });
      expect(told).toHaveLength(1);
    });
  });

  describe("the audit", () => {
    const audit = (id: string, organization?: string) =>
      store.transaction(async (transaction) => transaction.audit(auditEntry(id, organization)));

    test("is read newest first, in pages, for one organization or all", async () => {
      for (let index = 0; index < 10; index += 1) {
        await audit(`device-${index}`, index % 2 === 0 ? "default" : "other");
      }
      const page = await store.readAudit({ limit: 3 });
      expect(page.map(({ id }) => id)).toEqual(["device-9", "device-8", "device-7"]);
      const next = await store.readAudit({ limit: 2, before: page.at(-1)?.n ?? 0 });
      expect(next.map(({ id }) => id)).toEqual(["device-6", "device-5"]);
      const own = await store.readAudit({ organization: "other", limit: 2, before: page.at(-1)?.n ?? 0 });
      expect(own.map(({ id }) => id)).toEqual(["device-5", "device-3"]);
    });

    test("keeps an entry as it was given, numbered, also after a restart", async () => {
      const entry = { ...auditEntry("a"), detail: { from: { model: "cisco/6851" }, note: "čaj 😀" } };
      await store.transaction(async (transaction) => {
        await transaction.put(key("a"), {});
        transaction.audit(entry);
        transaction.audit(auditEntry("b"));
      });
      await reopen();
      await audit("c");
      const entries = await store.readAudit({ limit: 10 });
      expect(entries.map(({ id }) => id)).toEqual(["c", "b", "a"]);
      expect(entries[2]).toEqual({ ...entry, n: entries[2]?.n });
      expect(entries.map(({ n }) => n)).toEqual(entries.map(({ n }) => n).toSorted((a, b) => b - a));
      expect(await place.stores.presence.readAudit({ limit: 10 })).toEqual([]);
    });
  });

  describe("closing", () => {
    test("waits for the transactions that were begun, and refuses later ones", async () => {
      const begun = Array.from({ length: 10 }, (_, index) => put(store, `device-${index}`, {}));
      await Promise.all([store.close(), ...begun]);
      const failures = await Promise.all(
        [put(store, "late", {}), store.get(key("a")), store.find({ kind: "device" }), store.ping()].map(thrownBy),
      );
      expect(failures.map((failure) => (failure as Failure).code)).toEqual(Array(4).fill("STORE_UNAVAILABLE"));
      await place.stores.presence.ping();
      await reopen();
      expect(await store.find({ kind: "device" })).toHaveLength(10);
    });

    test("an open store answers a ping", async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
