import type { CampaignPlan, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey, StoredDocument, StoreReader } from "../domain/ports.ts";
import { hasCome, type SyncFacts } from "../domain/sync.ts";
import type { Presence, ServedFacts } from "../journal/presence.ts";
import type { Reports } from "../office/phones/reports.ts";
import type { Calls } from "../office/push/calls.ts";
import type { Revision, Revisions } from "../office/revisions/revisions.ts";
import { isReachingAnew, type ProofParts } from "./proof.ts";

export interface TurnParts {
  readonly store: StoreReader;
  readonly presence: Pick<Presence, "of">;
  readonly revisions: Pick<Revisions, "of">;
  readonly calls: Pick<Calls, "isInCall">;
  readonly reports: Pick<Reports, "hasOpenDrift">;
  readonly proof: Pick<ProofParts, "reach">;
}

/** What there is to do for a phone whose turn it is. */
export type Turn =
  | { readonly skip: string }
  /** It was told before, and came meanwhile. */
  | { readonly came: true }
  | { readonly inCall: true }
  /** `served`: the revision that it has. `isToProve`: the other one could lose it. */
  | {
      readonly device: StoredDocument<Device>;
      readonly revision: number;
      readonly served?: number;
      readonly isToProve: boolean;
    };

const changedMeanwhile =
  "how it finds its PBX was changed since this campaign began, and another campaign has to prove that it does";

type TurnPlan = Pick<CampaignPlan, "action" | "critical" | "duringCalls" | "proves">;

/** Looks at the phone as it is now, so that none is told that came by itself, or that can't come. */
export async function takeTurn(
  parts: TurnParts,
  { organization }: DocumentKey,
  target: Target,
  plan: TurnPlan,
): Promise<Turn> {
  const { presence, revisions, store } = parts;
  const { mac } = target;
  const device = await store.get<Device>({ organization, kind: "device", id: mac });
  if (!device) return { skip: "it was removed" };
  const { state } = device.body;
  if (state !== "ready") return { skip: unfit[state] };
  const [{ served }, desired] = await Promise.all([presence.of(organization, mac), revisions.of(organization, mac)]);
  const left = needless(target, plan, served, desired);
  // One that was changed by hand after its fetch has our revision, and yet not what it should have.
  const isChanged = plan.action === "resync" && !cameAfterTelling(target, served);
  if (left && !(isChanged && (await parts.reports.hasOpenDrift(device)))) return left;
  const isToProve = await couldLose(parts.proof, plan, device, served);
  if (isToProve && !plan.critical) return { skip: changedMeanwhile };
  if (await isHeld(parts.calls, plan, device)) return { inCall: true };
  return { device, revision: desired?.n ?? 0, ...(served && { served: served.n }), isToProve };
}

function needless(
  target: Target,
  { action }: TurnPlan,
  served: ServedFacts | undefined,
  desired: Revision | undefined,
): Turn | undefined {
  if (action !== "report" && cameAfterTelling(target, served)) return { came: true };
  if (action !== "resync" || served === undefined || served.digest !== desired?.digest) return undefined;
  return target.attempts > 0 ? { came: true } : { skip: "it has what it should have" };
}

/** Judged at its turn: since the campaign began somebody may have changed more. */
async function couldLose(
  proof: TurnParts["proof"],
  { action, critical, proves }: TurnPlan,
  device: StoredDocument<Device>,
  served: ServedFacts | undefined,
): Promise<boolean> {
  if (action === "report" || critical === false) return false;
  return proves === "all" || (await isReachingAnew(proof, device, served));
}

/** A report disturbs nobody. */
async function isHeld(
  calls: TurnParts["calls"],
  { action, duringCalls = false }: TurnPlan,
  device: StoredDocument<Device>,
): Promise<boolean> {
  return action !== "report" && !duringCalls && (await calls.isInCall(device)) === true;
}

const unfit = {
  staged: "it is staged: there is no file of its own yet",
  disabled: "it is switched off",
  retired: "it is retired",
} as const;

/** Whether it completed the fetch that it was last told to make, or a later one. */
export function cameAfterTelling({ at, revision }: Target, served: SyncFacts["served"]): boolean {
  return at !== undefined && revision !== undefined && hasCome(served, { at, revision });
}
