import type { Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { Mac } from "../domain/mac.ts";
import type { StoredDocument } from "../domain/ports.ts";
import type { PushAction, Registration } from "../domain/push.ts";
import { afterComing } from "./outcome.ts";

/** What a change of the way to the PBX is proven with, and taken back. */
export interface ProofParts {
  /** Digest of the way to its PBX that the phone is to have. */
  reach(device: StoredDocument<Device>): Promise<string>;
  /** Why it can't be told without its PBX. */
  noDirectWay(device: StoredDocument<Device>, action: PushAction): Promise<string | undefined>;
  /** Undefined where no connection can tell. */
  registration(device: StoredDocument<Device>): Promise<Registration | undefined>;
  /** Returns a phone to an earlier revision, where it then has exactly that. Undefined when done, else why not. */
  putBack(organization: string, mac: Mac, n: number, by: string): Promise<string | undefined>;
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
