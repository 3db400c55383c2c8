import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../server/domain/ports.ts";
import { key, type StorePlace } from "./store-place.ts";

/** Lists of documents. */
export function describeFind(place: StorePlace): void {
  let store: Store;

  beforeEach(() => {
    store = place.store;
  });

  describe("find", () => {
    const ids = async (query: Omit<Parameters<Store["find"]>[0], "kind">, from: Pick<Store, "find"> = store) =>
      (await from.find({ kind: "device", ...query })).map(({ organization, id }) => `${organization}/${id}`);

    beforeEach(async () => {
      await store.transaction(async (transaction) => {
        for (const [organization, id] of [
          ["b", "2"],
          ["a", "10"],
          ["a", "9"],
          ["b", "1"],
          ["c", "A"],
          ["a", "Z"],
          ["c", "a"],
        ] as const) {
          await transaction.put(key(id, organization), {});
        }
        await transaction.put({ organization: "a", kind: "site", id: "other" }, {});
      });
    });

    test("gives documents of one kind in the order of organization, then id", async () => {
      expect(await ids({})).toEqual(["a/10", "a/9", "a/Z", "b/1", "b/2", "c/A", "c/a"]);
      expect(await ids({ organization: "a" })).toEqual(["a/10", "a/9", "a/Z"]);
      expect(await ids({ organization: "d" })).toEqual([]);
    });

    test("goes on after a document, whether it is there or not", async () => {
      expect(await ids({ after: { organization: "a", id: "9" }, limit: 3 })).toEqual(["a/Z", "b/1", "b/2"]);
      expect(await ids({ after: { organization: "aa", id: "9" } })).toEqual(["b/1", "b/2", "c/A", "c/a"]);
      expect(await ids({ organization: "b", after: { organization: "b", id: "1" } })).toEqual(["b/2"]);
      expect(await ids({ organization: "b", after: { organization: "a", id: "1" } })).toEqual(["b/1", "b/2"]);
      expect(await ids({ organization: "b", after: { organization: "c", id: "1" } })).toEqual([]);
    });

    test("pages through all documents, each once", async () => {
      const seen: string[] = [];
      let after: { organization: string; id: string } | undefined;
      for (;;) {
        const page = await store.find({ kind: "device", limit: 2, ...(after && { after }) });
        seen.push(...page.map(({ organization, id }) => `${organization}/${id}`));
        after = page.at(-1);
        if (page.length < 2) {
          break;
        }
      }
      expect(seen).toEqual(await ids({}));
      expect(await ids({ limit: 0 })).toEqual([]);
    });

    test("orders by code point, so that an emoji comes last", async () => {
      for (const id of ["😀", "～", "é", "z"]) {
        await store.transaction((transaction) => transaction.put(key(id, "e"), {}));
      }
      expect(await ids({ organization: "e" })).toEqual(["e/z", "e/é", "e/～", "e/😀"]);
    });

    test("sees inside a transaction what it wrote, outside only what is committed", async () => {
      await store.transaction(async (transaction) => {
        await transaction.put(key("0", "a"), { n: 1 });
        await transaction.put(key("9", "a"), { n: 2 });
        await transaction.delete(key("10", "a"));
        await transaction.put(key("new", "aa"), {});
        await transaction.put(key("z", "z"), {});
        await transaction.delete(key("A", "c"));
        const all = ["a/0", "a/9", "a/Z", "aa/new", "b/1", "b/2", "c/a", "z/z"];
        expect(await ids({}, transaction)).toEqual(all);
        expect(await ids({ limit: 4 }, transaction)).toEqual(all.slice(0, 4));
        expect(await ids({ organization: "a", after: { organization: "a", id: "0" } }, transaction)).toEqual([
          "a/9",
          "a/Z",
        ]);
        expect(await transaction.get(key("9", "a"))).toMatchObject({ version: 2, body: { n: 2 } });
        expect(await transaction.get(key("10", "a"))).toBeUndefined();
        expect(await ids({ organization: "a" })).toEqual(["a/10", "a/9", "a/Z"]);
      });
      expect(await ids({ organization: "a" })).toEqual(["a/0", "a/9", "a/Z"]);
    });
  });
}
