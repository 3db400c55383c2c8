import { describe, expect, test } from "vitest";
import { judgeCanary, tooManyFailures } from "../../server/campaigns/gates.ts";
import { type CampaignPlan, countsOf, type Target, type TargetState } from "../../server/domain/campaign.ts";
import type { Mac } from "../../server/domain/mac.ts";

const plan: CampaignPlan = { action: "resync", pace: { perSecond: 20 }, retries: 2 };

function target(state: TargetState, more: Partial<Target> = {}): Target {
  const due = state === "sent" ? { dueAt: 1 } : {};
  return { mac: "00562b049001" as Mac, site: "main", model: "m", state, attempts: 1, ...due, ...more };
}

describe("a canary", () => {
  const registering = { registration: "awaited", dueAt: 1 } as const;
  test.each<[string, number, readonly Target[], boolean, string]>([
    ["more are to be told", 1, [target("sent")], false, "gathering"],
    ["one is awaited", 1, [target("up-to-date"), target("sent")], false, "waiting"],
    ["all came", 1, [target("up-to-date"), target("up-to-date")], false, "passed"],
    ["one is late", 1, [target("up-to-date"), target("late")], false, "failed"],
    ["one is off, and half is enough", 0.5, [target("up-to-date"), target("unreachable")], false, "passed"],
    ["half is enough, and came before the other", 0.5, [target("up-to-date"), target("sent")], false, "passed"],
    ["it can't reach its share any more", 1, [target("late"), target("sent")], false, "failed"],
    ["there are no more phones", 1, [target("up-to-date")], true, "passed"],
    ["nobody had to be told", 1, [], true, "passed"],
    ["it has not registered yet", 1, [target("up-to-date"), target("up-to-date", registering)], false, "waiting"],
    [
      "it did not register",
      1,
      [target("up-to-date"), target("up-to-date", { registration: "missing" })],
      false,
      "failed",
    ],
    ["one was chosen and is to be told", 1, [target("up-to-date"), target("pending")], false, "waiting"],
    ["a report was taken", 1, [target("sent", {}), reported(), reported()].slice(1), false, "passed"],
  ])("%s (share %d)", (_what, success, told, isLast, verdict) => {
    expect(judgeCanary({ count: 2, success }, told, isLast)).toBe(verdict);
  });
});

/** A report asks for no fetch, so nothing is awaited. */
function reported(): Target {
  const { dueAt: _dueAt, ...taken } = target("sent");
  return taken;
}

describe("a share of failures", () => {
  const of = (states: Partial<Record<TargetState, number>>) =>
    countsOf(
      Object.entries(states).flatMap(([state, n]) => Array.from({ length: n }, () => target(state as TargetState))),
    );
  test.each<[string, Partial<Record<TargetState, number>>, boolean]>([
    ["nine failures of nine say too little", { late: 9, pending: 50 }, false],
    ["five of ten are half", { late: 2, unreachable: 2, refused: 1, "up-to-date": 5, pending: 50 }, true],
    ["four of ten are not", { late: 4, "up-to-date": 6, pending: 50 }, false],
    ["few phones are all decided", { late: 1, "up-to-date": 1 }, true],
    ["who was skipped counts for nothing", { late: 1, "up-to-date": 2, skipped: 9 }, false],
  ])("%s", (_what, states, stops) => {
    expect(tooManyFailures({ ...plan, stopAt: 0.5 }, of(states)) !== undefined).toBe(stops);
  });

  test("stops nothing where none was named", () => {
    expect(tooManyFailures(plan, of({ late: 100 }))).toBeUndefined();
  });
});
