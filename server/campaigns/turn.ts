import type { CampaignPlan, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey, StoredDocument, StoreReader } from "../domain/ports.ts";
import { hasCome, type SyncFacts } from "../domain/sync.ts";
import type { Presence } from "../journal/presence.ts";
import type { Calls } from "../office/push/calls.ts";
import type { Revisions } from "../office/revisions/revisions.ts";

export interface TurnParts {
  readonly store: StoreReader;
  readonly presence: Pick<Presence, "of">;
  readonly revisions: Pick<Revisions, "of">;
  readonly calls: Pick<Calls, "isInCall">;
}

/** What there is to do for a phone whose turn it is. */
export type Turn =
  | { readonly skip: string }
  /** It was told before, and came meanwhile. */
  | { readonly came: true }
  | { readonly inCall: true }
  /** `served`: the revision that it has. */
  | { readonly device: StoredDocument<Device>; readonly revision: number; readonly served?: number };

/** Looks at the phone as it is now, so that none is told that came by itself, or that can't come. */
export async function takeTurn(
  { calls, presence, revisions, store }: TurnParts,
  { organization }: DocumentKey,
  target: Target,
  { action, duringCalls = false }: Pick<CampaignPlan, "action" | "duringCalls">,
): Promise<Turn> {
  const { mac } = target;
  const device = await store.get<Device>({ organization, kind: "device", id: mac });
  if (!device) return { skip: "it was removed" };
  const { state } = device.body;
  if (state !== "ready") return { skip: unfit[state] };
  const [{ served }, desired] = await Promise.all([presence.of(organization, mac), revisions.of(organization, mac)]);
  if (action !== "report" && cameAfterTelling(target, served)) return { came: true };
  if (action === "resync" && served !== undefined && served.digest === desired?.digest)
    return target.attempts > 0 ? { came: true } : { skip: "it has what it should have" };
  // A report disturbs nobody.
  if (action !== "report" && !duringCalls && (await calls.isInCall(device))) return { inCall: true };
  return { device, revision: desired?.n ?? 0, ...(served && { served: served.n }) };
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
