import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import type { Store } from "../../server/domain/ports.ts";
import { key, put, type StorePlace, thrownBy } from "./store-place.ts";

/** Versions, unique names, and what a document may hold. */
export function describeDocuments(place: StorePlace): void {
  let store: Store;

  beforeEach(() => {
    store = place.store;
  });

  const reopen = async () => {
    await place.reopen();
    store = place.store;
  };

  describe("versions", () => {
    test("a document starts at version 1 and grows by 1 with each write", async () => {
      expect(await put(store, "a", { n: 1 })).toEqual({ ...key("a"), version: 1, body: { n: 1 } });
      expect(await put(store, "a", { n: 2 })).toMatchObject({ version: 2 });
      await store.transaction(async (transaction) => {
        await transaction.put(key("a"), { n: 3 });
        await transaction.put(key("a"), { n: 4 });
      });
      expect(await store.get(key("a"))).toEqual({ ...key("a"), version: 4, body: { n: 4 } });
    });

    test("a document that nobody stored is undefined", async () => {
      expect(await store.get(key("a"))).toBeUndefined();
      expect(await store.holder("mac:1")).toBeUndefined();
      expect(await store.find({ kind: "device" })).toEqual([]);
    });

    test("a write that expects another version is STALE and changes nothing", async () => {
      await put(store, "a", { n: 1 }, { expect: 0 });
      for (const expected of [0, 2]) {
        expect(await thrownBy(put(store, "a", { n: 2 }, { expect: expected }))).toMatchObject({ code: "STALE" });
      }
      expect(await thrownBy(put(store, "b", {}, { expect: 1 }))).toMatchObject({ code: "STALE" });
      expect(await put(store, "a", { n: 3 }, { expect: 1 })).toMatchObject({ version: 2, body: { n: 3 } });
      expect(await store.get(key("b"))).toBeUndefined();
    });

    test("a deletion that expects another version is STALE", async () => {
      await put(store, "a", {});
      const remove = (id: string, expected: number) =>
        store.transaction((transaction) => transaction.delete(key(id), { expect: expected }));
      expect(await thrownBy(remove("a", 2))).toMatchObject({ code: "STALE" });
      expect(await thrownBy(remove("a", 0))).toMatchObject({ code: "STALE" });
      expect(await thrownBy(remove("b", 1))).toMatchObject({ code: "STALE" });
      expect(await remove("b", 0)).toBe(false);
      expect(await remove("a", 1)).toBe(true);
      expect(await store.get(key("a"))).toBeUndefined();
    });

    test("a document that was deleted starts again at version 1", async () => {
      await put(store, "a", {});
      await put(store, "a", {});
      await store.transaction((transaction) => transaction.delete(key("a")));
      expect(await put(store, "a", {})).toMatchObject({ version: 1 });
    });

    test("what is stored is there after a restart", async () => {
      await put(store, "a", { n: 1 }, { unique: ["mac:1"] });
      await put(store, "b", { n: 2 });
      await store.transaction((transaction) => transaction.delete(key("b")));
      await reopen();
      expect(await store.holder("mac:1")).toEqual({ ...key("a"), version: 1, body: { n: 1 } });
      expect(await store.find({ kind: "device" })).toHaveLength(1);
    });

    test("what people configure and what phones report are apart", async () => {
      await put(place.stores.config, "a", { from: "config" }, { unique: ["mac:1"] });
      await put(place.stores.presence, "a", { from: "presence" }, { unique: ["mac:1"] });
      expect(await place.stores.config.get(key("a"))).toMatchObject({ body: { from: "config" } });
      expect(await place.stores.presence.holder("mac:1")).toMatchObject({ body: { from: "presence" } });
    });
  });

  describe("unique names", () => {
    test("the holder of a name is found, and nobody else can take the name", async () => {
      await put(store, "a", { n: 1 }, { unique: ["mac:1", "mac:2"] });
      expect(await store.holder("mac:2")).toMatchObject({ id: "a", body: { n: 1 } });
      const thrown = await thrownBy(put(store, "b", {}, { unique: ["mac:3", "mac:2"] }));
      expect(thrown).toMatchObject({ code: "CONFLICT", errors: [{ code: "taken", detail: "mac:2" }] });
      expect(await store.get(key("b"))).toBeUndefined();
      expect(await store.holder("mac:3")).toBeUndefined();
    });

    test("a name is unique over all organizations", async () => {
      await put(store, "a", {}, { unique: ["mac:1"] });
      const elsewhere = store.transaction((transaction) =>
        transaction.put(key("a", "other"), {}, { unique: ["mac:1"] }),
      );
      expect(await thrownBy(elsewhere)).toMatchObject({ code: "CONFLICT" });
    });

    test("a write without names keeps those the document has", async () => {
      await put(store, "a", {}, { unique: ["mac:1"] });
      await put(store, "a", { n: 2 });
      expect(await store.holder("mac:1")).toMatchObject({ version: 2, body: { n: 2 } });
    });

    test("a write with names replaces those the document had", async () => {
      await put(store, "a", {}, { unique: ["mac:1", "mac:2"] });
      await put(store, "a", {}, { unique: ["mac:2", "mac:3", "mac:3"] });
      expect(await store.holder("mac:1")).toBeUndefined();
      expect(await store.holder("mac:3")).toMatchObject({ id: "a" });
      await put(store, "b", {}, { unique: ["mac:1"] });
      await put(store, "a", {}, { unique: [] });
      expect(await store.holder("mac:2")).toBeUndefined();
    });

    test("deleting a document frees its names", async () => {
      await put(store, "a", {}, { unique: ["mac:1"] });
      await store.transaction((transaction) => transaction.delete(key("a")));
      expect(await store.holder("mac:1")).toBeUndefined();
      expect(await put(store, "b", {}, { unique: ["mac:1"] })).toMatchObject({ version: 1 });
    });

    test("two documents swap their names in one transaction", async () => {
      await put(store, "a", {}, { unique: ["extension:1"] });
      await put(store, "b", {}, { unique: ["extension:2"] });
      await store.transaction(async (transaction) => {
        await transaction.put(key("a"), {}, { unique: [] });
        await transaction.put(key("b"), {}, { unique: ["extension:1"] });
        await transaction.put(key("a"), {}, { unique: ["extension:2"] });
        expect(await transaction.holder("extension:1")).toMatchObject({ id: "b" });
      });
      await reopen();
      expect(await store.holder("extension:1")).toMatchObject({ id: "b" });
      expect(await store.holder("extension:2")).toMatchObject({ id: "a" });
    });

    test("of many transactions that race for one name exactly one gets it", async () => {
      const ids = Array.from({ length: 20 }, (_, index) => `racer-${index}`);
      const outcomes = await Promise.allSettled(ids.map((id) => put(store, id, {}, { unique: ["mac:1"] })));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const lost = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(lost.map(({ reason }) => reason.code)).toEqual(Array(19).fill("CONFLICT"));
      expect(await store.find({ kind: "device" })).toEqual([await store.holder("mac:1")]);
    });
  });

  describe("what a document may hold", () => {
    test("any text comes back as it was, and members keep their order", async () => {
      const body = {
        z: "quotes ' \" and ]]> and </device> \\ \\u0000",
        a: "emoji 😀, Greek Ωμέγα, line\nfeed\ttab \u001f \u2028",
        "__proto__ ": 1,
        10: [null, true, -0.5, 1e21, {}, []],
      };
      await put(store, "a", body, { unique: [`weird:']]>"😀\\`] });
      await reopen();
      const found = await store.holder(`weird:']]>"😀\\`);
      expect(JSON.stringify(found?.body)).toBe(JSON.stringify(body));
    });

    test("NUL and half characters are refused, with a pointer to each", async () => {
      const thrown = await thrownBy(put(store, "a", { name: "a\u0000b", list: ["fine", "\ud83d"], "k\u0000": 1 }));
      expect(thrown).toBeInstanceOf(Failure);
      expect(thrown).toMatchObject({ code: "INVALID" });
      const pointers = (thrown as Failure).errors.map(({ pointer }) => pointer);
      expect(pointers).toEqual(["/name", "/list/1", "/k\u0000"]);
    });

    test("keys and names that no store could hold are refused", async () => {
      for (const bad of ["", "a\u0000b", "a\nb", "\udc00", "x".repeat(513)]) {
        expect(await thrownBy(put(store, bad, {}))).toMatchObject({ code: "INVALID" });
        expect(await thrownBy(put(store, "a", {}, { unique: [bad] }))).toMatchObject({ code: "INVALID" });
        expect(await thrownBy(store.get(key(bad)))).toMatchObject({ code: "INVALID" });
        expect(await thrownBy(store.holder(bad))).toMatchObject({ code: "INVALID" });
      }
    });

    test("what JSON cannot hold is refused", async () => {
      const circle: Record<string, unknown> = {};
      circle["self"] = circle;
      for (const body of [undefined, { n: 1n }, circle]) {
        expect(await thrownBy(put(store, "a", body))).toMatchObject({ code: "INVALID" });
      }
    });

    test("what the store gives, or was given, cannot change what it holds", async () => {
      const body = { list: [1], member: { n: 1 } };
      const stored = await put(store, "a", body);
      body.list.push(2);
      body.member.n = 2;
      const found = await store.get<typeof body>(key("a"));
      expect(() => found?.body.list.push(3)).toThrow(TypeError);
      expect(() => Object.assign(stored.body as object, { more: 1 })).toThrow(TypeError);
      expect(() => Object.assign(found ?? {}, { version: 9 })).toThrow(TypeError);
      expect(await store.get(key("a"))).toEqual({ ...key("a"), version: 1, body: { list: [1], member: { n: 1 } } });
    });
  });
}
