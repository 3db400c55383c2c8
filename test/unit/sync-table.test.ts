import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isNewsBeside, type PushFacts, type SyncFacts, syncOf, syncStates } from "../../server/domain/sync.ts";

const start = Date.parse("2026-11-22T08:00:00.000Z");
const at = new Date(start).toISOString();

/** The rows of docs/sync-states.md: a state, what happens, and the state that follows. */
function rowsOf(document: string): (readonly [from: string, event: string, to: string])[] {
  const [, table = ""] = /^\| state \| asks .*\n\|[-|]+\n([\s\S]*?)\n\n/m.exec(document) ?? [];
  const [head = ""] = /^\| state \| asks .*$/m.exec(document) ?? [];
  const cells = (line: string) =>
    line
      .split("|")
      .map((cell) => cell.replaceAll("`", "").trim())
      .slice(1, -1);
  const events = cells(head).slice(1);
  return table.split("\n").flatMap((line) => {
    const [from = "", ...to] = cells(line);
    return events.map((event, index) => [from, event, to[index] ?? ""] as const);
  });
}

const rows = rowsOf(readFileSync(join(import.meta.dirname, "..", "..", "docs", "sync-states.md"), "utf8"));

const old = { n: 1, digest: "a", at };
const desired = { n: 2, digest: "b", at };
const push = (result: PushFacts["result"], revision: number, now: number): PushFacts => ({
  ...{ action: "resync", revision, at: now, dueAt: now + 60_000, result, reason: "said so" },
});
const pending: SyncFacts = { seen: true, served: old, desired, now: start };

const beginnings: Readonly<Record<string, SyncFacts>> = {
  unknown: { seen: false, desired, now: start },
  pending,
  sent: { ...pending, push: push("sent", 2, start) },
  late: { ...pending, push: push("sent", 2, start - 60_000) },
  unreachable: { ...pending, push: push("unreachable", 2, start) },
  refused: { ...pending, push: push("refused", 2, start) },
  "up-to-date": { ...pending, served: desired },
};

const told =
  (result: PushFacts["result"]) =>
  (facts: SyncFacts): SyncFacts => ({
    ...facts,
    push: push(result, facts.desired?.n ?? 0, facts.now),
  });

const events: Readonly<Record<string, (facts: SyncFacts) => SyncFacts>> = {
  asks: (facts) => ({ ...facts, seen: true }),
  changed: (facts) => ({ ...facts, desired: { n: 3, digest: "c", at } }),
  "taken back": (facts) => ({ ...facts, desired: { n: 3, digest: facts.served?.digest ?? "c", at } }),
  answered: told("sent"),
  refused: told("refused"),
  silence: told("unreachable"),
  "left out": (facts) => {
    const leftOut = { result: "not-pushed", revision: facts.desired?.n ?? 0, at: facts.now, reason: "nobody" } as const;
    return isNewsBeside(facts.push, leftOut) ? { ...facts, push: leftOut } : facts;
  },
  over: (facts) => ({ ...facts, now: facts.now + 61_000 }),
  came: (facts) => ({ ...facts, seen: true, served: { ...desired, ...facts.desired, at } }),
};

test("the table has every state and every event", () => {
  expect(rows).toHaveLength(syncStates.length * Object.keys(events).length);
  expect(new Set(rows.map(([from]) => from))).toEqual(new Set(syncStates));
});

test.each(rows)("from %s, when it is or meets: %s, a device becomes %s", (from, event, to) => {
  const before = beginnings[from];
  const happens = events[event];
  if (!before || !happens) throw new Error(`the table names "${from}" and "${event}"`);
  expect(syncOf(before).state).toBe(from);
  expect(syncOf(happens(before)).state).toBe(to);
});
