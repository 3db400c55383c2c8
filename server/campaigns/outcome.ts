import type { Target } from "../domain/campaign.ts";
import type { PushAction, PushOutcome } from "../domain/push.ts";

/** What a push came to, as far as a campaign goes by it; a stored push is one. */
export interface PushResult {
  readonly result: "sent" | "unreachable" | "refused";
  readonly reason: string;
  readonly dueAt: number;
  readonly revision: number;
  readonly transport?: string;
  readonly attempts: readonly { readonly outcome: PushOutcome }[];
}

export interface RetryPlan {
  readonly action: PushAction;
  readonly retries: number;
  /** The wait before the first repeat, in milliseconds; doubled each time. */
  readonly backoffMs: number;
}

const longestWait = 15 * 60_000;

/** The target after it was told, or after nothing reached it. */
export function afterTelling(target: Target, push: PushResult, plan: RetryPlan, now: number): Target {
  const { result, reason, dueAt, revision, transport } = push;
  const { dueAt: _dueAt, isSending: _isSending, ...told } = target;
  const after = { ...told, state: result, reason, revision, ...(transport !== undefined && { transport }) };
  if (result === "sent") return plan.action === "report" ? after : { ...after, dueAt };
  return result === "refused" && !canChange(push) ? after : planned(after, plan, now);
}

/** The target whose time to come is over. */
export function afterWaiting(target: Target, plan: RetryPlan, now: number): Target {
  const { dueAt: _dueAt, isSending, ...told } = target;
  const reason = isSending
    ? "Offhook ended while it was told, and the phone did not come"
    : `${target.reason ?? "it was told"}; the phone did not come in time`;
  return planned({ ...told, state: "late", reason }, plan, now);
}

export function afterComing(target: Target): Target {
  const { dueAt: _dueAt, isSending: _isSending, nextAt: _nextAt, reason: _reason, ...told } = target;
  return { ...told, state: "up-to-date" };
}

export function skipped(target: Target, reason: string): Target {
  const { nextAt: _nextAt, ...before } = target;
  return { ...before, state: "skipped", reason };
}

/**
 * The target that is in a call: nothing is sent, no attempt is counted. One that is never seen without a call is given up,
 * so that the campaign ends.
 */
export function heldByCall(target: Target, times: { callMs: number; mostCallMs: number }, now: number): Target {
  const { nextAt: _nextAt, ...waiting } = target;
  const calls = (target.calls ?? 0) + 1;
  if (calls * times.callMs <= times.mostCallMs)
    return { ...waiting, calls, reason: "it is in a call", nextAt: now + times.callMs };
  const reason = `it was in a call each time that it could have been told, ${calls} times`;
  return target.attempts === 0 ? skipped(waiting, reason) : { ...waiting, calls, reason };
}

/** The target that Offhook itself could not tell, whatever the reason: else it would have its turn for ever. */
export function troubled(target: Target, plan: RetryPlan, now: number): Target {
  const { nextAt: _nextAt, ...waiting } = target;
  const reason = "our own trouble: what it is to be told could not be worked out";
  return planned({ ...waiting, state: "unreachable", attempts: target.attempts + 1, reason }, plan, now);
}

/** To be told again, while that has any sense. */
export function planned(target: Target, { retries, backoffMs }: RetryPlan, now: number): Target {
  if (target.attempts > retries) return target;
  return { ...target, nextAt: now + Math.min(longestWait, backoffMs * 2 ** (target.attempts - 1)) };
}

/** SIP responses that say "not now" (RFC 3261 section 21): all others would be the same again. */
const passing = new Set([408, 480, 486, 491, 500, 503, 504, 600]);

function canChange({ attempts }: PushResult): boolean {
  return attempts.some(
    ({ outcome }) => outcome.result === "refused" && outcome.status !== undefined && passing.has(outcome.status),
  );
}
