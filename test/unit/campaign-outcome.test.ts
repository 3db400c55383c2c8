import { describe, expect, test } from "vitest";
import { afterTelling, afterWaiting, heldByCall, type PushResult } from "../../server/campaigns/outcome.ts";
import { isAnew } from "../../server/campaigns/proof.ts";
import { TurnQueue } from "../../server/campaigns/turn-queue.ts";
import type { Target } from "../../server/domain/campaign.ts";
import type { Mac } from "../../server/domain/mac.ts";
import type { PushOutcome, Registration } from "../../server/domain/push.ts";

const now = 1_000_000;
const retry = { action: "resync", retries: 2, backoffMs: 30_000 } as const;
const telling: Target = {
  ...{ mac: "00562b049001" as Mac, site: "main", model: "m", state: "pending", isSending: true },
  ...{ attempts: 1, revision: 7, at: now - 10, dueAt: now + 100_000 },
};

function push(result: PushResult["result"], outcome?: PushOutcome): PushResult {
  const attempts = outcome ? [{ outcome }] : [];
  return { result, reason: "a reason", dueAt: now + 60_000, revision: 7, transport: "sip-notify", attempts };
}

describe("a phone that is in a call", () => {
  const times = { callMs: 60_000, mostCallMs: 120_000 };
  const waiting: Target = { mac: telling.mac, site: "main", model: "m", state: "pending", attempts: 0 };

  test("has another turn after a minute, and no attempt is counted", () => {
    const after = heldByCall(waiting, times, now);
    expect(after).toEqual({ ...waiting, reason: "it is in a call", calls: 1, nextAt: now + 60_000 });
    expect(heldByCall(after, times, now + 60_000)).toEqual({ ...after, calls: 2, nextAt: now + 120_000 });
  });

  test.each<[number, Target["state"]]>([
    [0, "skipped"],
    [1, "late"],
  ])("each time is given up; told %d times before, it is %s", (attempts, state) => {
    const before: Target = { ...waiting, state: attempts === 0 ? "pending" : "late", attempts, calls: 2, nextAt: now };
    const after = heldByCall(before, times, now);
    expect(after).toMatchObject({ state, attempts, reason: expect.stringMatching(/in a call each time.* 3 times$/) });
    expect(after.nextAt).toBeUndefined();
  });
});

describe("a phone that was told", () => {
  test("has the time to come that the push gives it", () => {
    const after = afterTelling(telling, push("sent"), retry, now);
    expect(after).toMatchObject({ state: "sent", dueAt: now + 60_000, transport: "sip-notify", reason: "a reason" });
    expect(after.isSending).toBeUndefined();
  });

  test("is not awaited where it was asked for a report only", () => {
    expect(afterTelling(telling, push("sent"), { ...retry, action: "report" }, now).dueAt).toBeUndefined();
  });

  test.each<[number | undefined, boolean]>([
    [486, true],
    [480, true],
    [503, true],
    [404, false],
    [489, false],
    [403, false],
    [undefined, false],
  ])("and refused with %s is told again: %s", (status, isAgain) => {
    const outcome: PushOutcome = { result: "refused", reason: "no", ...(status !== undefined && { status }) };
    const after = afterTelling(telling, push("refused", outcome), retry, now);
    expect([after.state, after.nextAt !== undefined]).toEqual(["refused", isAgain]);
  });

  test.each<[number, number | undefined]>([
    [1, now + 30_000],
    [2, now + 60_000],
    [3, undefined],
  ])("%d times and did not come is told again at %s", (attempts, nextAt) => {
    expect(afterWaiting({ ...telling, attempts }, retry, now).nextAt).toBe(nextAt);
  });

  test("while Offhook ended is late with that reason", () => {
    expect(afterWaiting(telling, retry, now).reason).toBe(
      "Offhook ended while it was told, and the phone did not come",
    );
  });
});

describe("a registration proves that the phone is back", () => {
  const registered: Registration = { state: "registered", contact: "sip:1@10.0.0.1", callId: "a" };
  test.each<[string, Registration | undefined, Registration | undefined, boolean]>([
    ["it was not there before", { state: "unregistered" }, registered, true],
    ["it is as it was before", registered, registered, false],
    ["it has another Call-ID", registered, { ...registered, callId: "b" }, true],
    ["it has another contact", registered, { ...registered, contact: "sip:1@10.0.0.2" }, true],
    ["it began after the telling", registered, { ...registered, since: new Date(now + 1).toISOString() }, true],
    ["it began before the telling", registered, { ...registered, since: new Date(now - 1).toISOString() }, false],
    ["it is gone", registered, { state: "unregistered" }, false],
    ["nobody can tell now", registered, undefined, false],
    ["nobody could tell before", undefined, registered, false],
  ])("%s", (_what, before, after, isBack) => {
    expect(isAnew(before, after, now)).toBe(isBack);
  });
});

describe("turns", () => {
  const place = (site: string, network = "") => ({ site, network, model: "m" });
  const names = (queue: TurnQueue, hasRoom = (_place: { site: string }) => true) => {
    const found: string[] = [];
    for (let mac = queue.next(hasRoom); mac !== undefined; mac = queue.next(hasRoom)) found.push(mac);
    return found;
  };
  const filled = () => {
    const queue = new TurnQueue();
    for (const mac of ["a1", "a2", "a3"]) queue.add(mac as Mac, place("a"));
    for (const mac of ["b1", "b2"]) queue.add(mac as Mac, place("b"));
    return queue;
  };

  test("go round the sites, within each in order", () => {
    expect(names(filled())).toEqual(["a1", "b1", "a2", "b2", "a3"]);
  });

  test("pass over a site that has no room, and nobody is lost", () => {
    const queue = filled();
    expect(names(queue, ({ site }) => site === "b")).toEqual(["b1", "b2"]);
    expect(queue.size).toBe(3);
    expect(names(queue)).toEqual(["a1", "a2", "a3"]);
  });
});
