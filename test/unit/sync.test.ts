import { expect, test } from "vitest";
import { hasCome, isNewsBeside, syncOf } from "../../server/domain/sync.ts";

const a = "aaaaaaaaaaaaaaaa";
const b = "bbbbbbbbbbbbbbbb";
const at = "2026-11-22T08:00:00.000Z";
const now = Date.parse(at);
const served = { n: 1, digest: a, at };

test.each([
  ["was never seen", { seen: false, desired: { n: 1, digest: a } }, "unknown"],
  ["was never seen and has no revision", { seen: false }, "unknown"],
  ["asked and got nothing", { seen: true, desired: { n: 1, digest: a } }, "pending"],
  ["has what it should", { seen: true, served, desired: { n: 1, digest: a } }, "up-to-date"],
  ["has an older one", { seen: true, served, desired: { n: 2, digest: b } }, "pending"],
  ["was changed and changed back", { seen: true, served, desired: { n: 3, digest: a } }, "up-to-date"],
  ["was removed and added again", { seen: true, served: { ...served, n: 9 }, desired: { n: 1, digest: b } }, "pending"],
  ["has a file and no revision is known", { seen: true, served }, "pending"],
] as const)("a device that %s", (_name, facts, state) => {
  expect(syncOf({ ...facts, now }).state).toBe(state);
});

const push = { action: "resync", revision: 2, at: now, dueAt: now + 60_000, result: "sent", reason: "200 OK" } as const;
const desired = { n: 2, digest: b, at };

test("a phone that was told has its time, and is late after it with the reason", () => {
  const facts = { seen: true, served, desired, push };
  expect(syncOf({ ...facts, now })).toEqual({ state: "sent", since: at, reason: "200 OK" });
  expect(syncOf({ ...facts, now: now + 60_000 })).toEqual({
    state: "late",
    since: "2026-11-22T08:01:00.000Z",
    reason: "200 OK; the phone did not come within 60 s",
  });
});

test.each(["refused", "unreachable"] as const)("a push that was %s says why", (result) => {
  const facts = { seen: true, served, desired, push: { ...push, result, reason: "489 Bad Event" }, now };
  expect(syncOf(facts)).toEqual({ state: result, since: at, reason: "489 Bad Event" });
});

test("a phone to which nothing could be sent is pending with the reason, until it should have come by itself", () => {
  const waits = { ...push, waits: true, reason: "nothing is sent" } as const;
  const facts = { seen: true, served, desired, push: waits };
  expect(syncOf({ ...facts, now })).toEqual({ state: "pending", since: at, reason: "nothing is sent" });
  expect(syncOf({ ...facts, now: now + 60_000 }).state).toBe("late");
});

test("a push for a revision that is not the desired one any more says nothing", () => {
  const facts = { seen: true, served, desired: { ...desired, n: 3 }, push, now };
  expect(syncOf(facts)).toEqual({ state: "pending", since: at });
});

const leftOut = { result: "not-pushed", revision: 2, at: now + 1000, reason: "nobody can prove it" } as const;

test("a phone that is left out waits since the change with the reason, until there is another one", () => {
  const facts = { seen: true, served, desired, push: leftOut, now };
  expect(syncOf(facts)).toEqual({ state: "pending", since: at, reason: "nobody can prove it" });
  expect(syncOf({ ...facts, desired: { ...desired, n: 3 } })).toEqual({ state: "pending", since: at });
});

test.each([
  ["never told", undefined, true],
  ["told of an older one", { ...push, revision: 1 }, true],
  ["told of this one", push, false],
  ["told of this one, and did not hear it", { ...push, result: "unreachable" }, false],
  ["told of a later one", { ...push, revision: 3 }, false],
  ["left out before, of an older one", { ...leftOut, revision: 1 }, true],
  ["left out before", { ...leftOut, at: now }, false],
  ["left out before for another reason", { ...leftOut, reason: "too many campaigns" }, true],
] as const)("that a phone is left out is kept where it was %s: %s", (_name, last, isNews) => {
  expect(isNewsBeside(last, leftOut)).toBe(isNews);
});

test("a phone that came by itself is up to date, whatever became of the push", () => {
  const facts = { seen: true, served: { n: 2, digest: b, at }, desired, push: { ...push, result: "refused" }, now };
  expect(syncOf({ ...facts, push: { ...push, result: "refused" } }).state).toBe("up-to-date");
});

test.each([
  ["the pushed revision", { n: 2, digest: b, at: "2026-11-22T08:00:01.000Z" }, true],
  ["a later one", { n: 3, digest: a, at: "2026-11-22T08:00:01.000Z" }, true],
  ["an older one", { n: 1, digest: a, at: "2026-11-22T08:00:01.000Z" }, false],
  ["it before it was told", { n: 2, digest: b, at: "2026-11-22T07:59:59.000Z" }, false],
] as const)("a push has what it was for when the phone completed a fetch of %s", (_name, fetched, came) => {
  expect(hasCome(fetched, push)).toBe(came);
});
