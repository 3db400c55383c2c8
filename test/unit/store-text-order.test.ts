import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedMap } from "../../server/store/sorted-map.ts";
import { compareText } from "../../server/store/text-order.ts";

/** How PostgreSQL's COLLATE "C" compares: the bytes of UTF-8. */
const compareBytes = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "Z", "0", "\uffee", "\ue000", "😀"),
    fc.string({ minLength: 1, maxLength: 1, unit: "binary" }),
  ),
});

test("texts are ordered as their UTF-8 bytes are", () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareText(left, right))).toBe(compareBytes(left, right));
    }),
  );
});

test("a sorted map holds what was set and not deleted, in order, from any key", () => {
  const step = fc.tuple(fc.boolean(), fc.constantFrom(..."abcdefgh😀～"));
  fc.assert(
    fc.property(fc.array(step), fc.string(), (steps, from) => {
      const sorted = new SortedMap<number>();
      const model = new Map<string, number>();
      for (const [index, [isSet, key]] of steps.entries()) {
        for (const map of [sorted, model]) {
          isSet ? map.set(key, index) : map.delete(key);
        }
      }
      const expected = [...model].toSorted(([left], [right]) => compareBytes(left, right));
      expect([...sorted.entries()]).toEqual(expected);
      expect([...sorted.entries(from)]).toEqual(expected.filter(([key]) => compareBytes(key, from) >= 0));
    }),
  );
});
