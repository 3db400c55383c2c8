import {
  type CampaignPlan,
  type Canary,
  type Counts,
  hasSucceeded,
  isAwaited,
  type Target,
} from "../domain/campaign.ts";

/** Whether the rest may be told. `gathering`: more of the canary are to be told first. */
export type CanaryVerdict = "gathering" | "waiting" | "passed" | "failed";

/**
 * `told`: those of the canary that were told; one that came by itself, or that is switched off, takes no place.
 * `isLast`: nobody is left that could still be of the canary.
 */
export function judgeCanary({ count, success }: Canary, told: readonly Target[], isLast: boolean): CanaryVerdict {
  const came = told.filter(hasSucceeded).length;
  const open = told.filter((each) => each.state === "pending" || isAwaited(each)).length;
  const isWhole = told.length >= count || isLast;
  if (!isWhole) return "gathering";
  const need = Math.ceil(success * told.length);
  if (came >= need) return "passed";
  return came + open < need ? "failed" : "waiting";
}

/** The same of those that have to prove a critical change: others came, and prove nothing. One of them at least has to. */
export function judgeProof({ success }: Canary, told: readonly Target[], isLast: boolean): CanaryVerdict {
  const proving = told.filter(({ isToProve }) => isToProve);
  return judgeCanary({ count: 1, success }, proving, isLast);
}

/** Where a person ended the campaign before its canary was decided: who is not seen to find its PBX again. */
export function lostCanary(told: readonly Target[]): string | undefined {
  const lost = told.filter((each) => each.before !== undefined && !hasSucceeded(each) && !isAwaited(each));
  if (lost.length === 0) return undefined;
  const named = lost.slice(0, mostNamed).map(({ before, mac }) => {
    return before?.n === undefined ? mac : `${mac} (had revision ${before.n})`;
  });
  const more = lost.length > named.length ? [`${lost.length - named.length} more`] : [];
  const own = "POST /devices/{mac}/revisions/{n}/revert gives one its own settings back";
  const layers = "what layers say is set back there, or for ten minutes by POST /changes/{id}/undo";
  return `the canary was not put back: ${[...named, ...more].join(", ")} did not register again; ${own}, ${layers}`;
}

/** Of phones, in a reason. */
const mostNamed = 3;

export function canaryFailed(canary: Canary, all: readonly Target[]): string {
  const { success } = canary;
  // Where enough of all came, it was those who had to prove it that did not.
  const told = judgeCanary(canary, all, true) === "passed" ? all.filter(({ isToProve }) => isToProve) : all;
  const came = told.filter(hasSucceeded).length;
  const example = told.find((each) => !hasSucceeded(each) && each.reason !== undefined);
  const share = `${Math.round(success * 100)} %`;
  const why = example ? `; ${example.mac} is ${example.state}: ${example.reason}` : "";
  return `the canary failed: ${came} of ${told.length} phones came, and ${share} of them should have${why}`;
}

/** So many must be decided before their share says anything. */
const fewestDecided = 10;

/** Why a campaign stops by its share of failures, if it does. */
export function tooManyFailures({ action, stopAt }: CampaignPlan, counts: Counts): string | undefined {
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  if (stopAt === undefined) return undefined;
  const failed = counts.late + counts.unreachable + counts.refused;
  const decided = failed + counts["up-to-date"] + (action === "report" ? counts.sent : 0);
  const isAll = decided + counts.skipped === total;
  if (failed === 0 || (decided < fewestDecided && !isAll) || failed / decided < stopAt) return undefined;
  return `too many failures: ${failed} of ${decided} phones, and ${Math.round(stopAt * 100)} % stop it`;
}
