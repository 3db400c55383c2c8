import type { LayersPutBack, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey, StoredDocument } from "../domain/ports.ts";
import type { PushAction, Registration } from "../domain/push.ts";
import type { ServedFacts } from "../journal/presence.ts";
import type { LostCanary, LostPhone, NoteOfLayers } from "../office/revisions/way-back.ts";
import { afterComing, planned, type RetryPlan } from "./outcome.ts";

export type PutBack =
  | { readonly has: string; readonly objection?: undefined }
  | { readonly has?: undefined; readonly objection: string };

/** What a change of the way to the PBX is proven with, and taken back. */
export interface ProofParts {
  /** Digest of the way to its PBX that the phone is to have. */
  reach(device: StoredDocument<Device>): Promise<string>;
  /**
   * Asks the phone itself something that changes nothing. Undefined where it answered, else why it can't be told without
   * its PBX.
   */
  noDirectAnswer(device: StoredDocument<Device>, action: PushAction): Promise<string | undefined>;
  /** Undefined where no connection can tell. */
  registration(device: StoredDocument<Device>): Promise<Registration | undefined>;
  /** Where layers lead these phones to their PBX in another way than before; noted in the same commit. */
  putBackLayers(organization: string, canary: LostCanary, by: string, note: NoteOfLayers): Promise<LayersPutBack>;
  /** What phones below these layers, and those of the canary, are to have from now on. */
  renew(campaign: DocumentKey, layers: LayersPutBack["layers"], canary: LostCanary, by: string): Promise<void>;
  /** Puts back what is the phone's own, where it then finds its PBX as before. `has`: what it has then, in words. */
  putBack(organization: string, phone: LostPhone, by: string): Promise<PutBack>;
}

/** Whether the file that it has leads it to its PBX in another way than the one that it is to have. */
export async function isReachingAnew(
  proof: Pick<ProofParts, "reach">,
  device: StoredDocument<Device>,
  served: ServedFacts | undefined,
): Promise<boolean> {
  return served?.reach !== undefined && served.reach !== (await proof.reach(device));
}

/**
 * Whether it registered after it was told. A registration that was there before proves nothing: the PBX keeps it until it
 * runs out, though the phone may be lost.
 */
export function isAnew(before: Registration | undefined, now: Registration | undefined, at: number): boolean {
  if (now?.state !== "registered") return false;
  if (now.since !== undefined && Date.parse(now.since) >= at) return true;
  if (before?.state !== "registered") return before !== undefined;
  return now.callId !== before.callId || now.contact !== before.contact;
}

/** Its being asked failed at Offhook itself; the log says more. */
export const notAsked = "our own trouble: it could not be asked";

/** It was asked whether it could be told without its PBX, and did not answer: nothing was sent that could lose it. */
export function unheard(target: Target, why: string, plan: RetryPlan, now: number): Target {
  const { nextAt: _nextAt, ...waiting } = target;
  const reason = `it could not be reached without its PBX, and this change could lose it: ${why}`;
  return planned({ ...waiting, state: "unreachable", attempts: target.attempts + 1, reason }, plan, now);
}

export function toBeProven(target: Target, dueAt: number): Target {
  const reason = "it fetched its file, and has not registered again yet";
  return { ...afterComing(target), registration: "awaited", dueAt, reason };
}

export function proven(target: Target): Target {
  return { ...afterComing(target), registration: "registered" };
}

export function unproven(target: Target): Target {
  const reason = "it fetched its file, and did not register again in time";
  return { ...afterComing(target), registration: "missing", reason };
}
