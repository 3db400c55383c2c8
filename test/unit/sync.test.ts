import { expect, test } from "vitest";
import { syncState } from "../../server/domain/sync.ts";

const a = "aaaaaaaaaaaaaaaa";
const b = "bbbbbbbbbbbbbbbb";

test.each([
  ["was never seen", { seen: false, desired: { n: 1, digest: a } }, "unknown"],
  ["was never seen and has no revision", { seen: false }, "unknown"],
  ["asked and got nothing", { seen: true, desired: { n: 1, digest: a } }, "pending"],
  ["has what it should", { seen: true, served: { n: 1, digest: a }, desired: { n: 1, digest: a } }, "up-to-date"],
  ["has an older one", { seen: true, served: { n: 1, digest: a }, desired: { n: 2, digest: b } }, "pending"],
  [
    "was changed and changed back",
    { seen: true, served: { n: 1, digest: a }, desired: { n: 3, digest: a } },
    "up-to-date",
  ],
  ["was removed and added again", { seen: true, served: { n: 9, digest: a }, desired: { n: 1, digest: b } }, "pending"],
  ["has a file and no revision is known", { seen: true, served: { n: 1, digest: a } }, "pending"],
] as const)("a device that %s", (_name, facts, state) => {
  expect(syncState(facts)).toBe(state);
});
