import type { Times } from "../lib/cron.ts";
import type { Lease } from "./lease.ts";
import type { Mac } from "./mac.ts";
import type { DocumentKey } from "./ports.ts";
import type { PushAction, Registration } from "./push.ts";

export const campaignStates = ["running", "waiting", "paused", "stopped", "cancelled", "done"] as const;
export type CampaignState = (typeof campaignStates)[number];

/** As of a device, with `skipped`: nothing was sent, and `reason` says why nothing was needed or possible. */
export const targetStates = ["pending", "sent", "up-to-date", "late", "unreachable", "refused", "skipped"] as const;
export type TargetState = (typeof targetStates)[number];

export type Counts = Readonly<Record<TargetState, number>>;

/** Whom a campaign tells; exactly one of them. */
export interface CampaignSelection {
  /** MACs in any form that people write. */
  readonly devices?: readonly string[];
  readonly site?: string;
  readonly preset?: string;
  readonly model?: string;
  readonly all?: boolean;
}

/** When phones may be told: from each of the times on, for so many minutes. */
export interface CampaignWindow extends Times {
  readonly minutes: number;
}

/** How a campaign goes about it. */
export interface CampaignPlan {
  readonly action: PushAction;
  readonly transport?: string;
  readonly pace: Pace;
  readonly canary?: Canary;
  /** Share of failures, above 0 and up to 1, that stops it. */
  readonly stopAt?: number;
  readonly window?: CampaignWindow;
  /** How often a phone that did not come is told again. */
  readonly retries: number;
  /**
   * True: it changes how phones reach their PBX, so the canary has to register again, and is put back where it does not.
   * False: somebody said that nobody has to prove anything. Absent: it changed nothing of that when it began.
   */
  readonly critical?: boolean;
  /** Of a critical one, where somebody said so: also phones that find their PBX as before are asked, and prove it. */
  readonly proves?: "all";
  /** Phones that are in a call are told all the same; else they are told when it is over, where a PBX can tell. */
  readonly duringCalls?: boolean;
}

export interface Pace {
  readonly perSecond: number;
  /** Phones that were told and have not come yet, at once. */
  readonly perSite?: number;
  /** The same of one /24 of IPv4 or /64 of IPv6. */
  readonly perNetwork?: number;
}

export interface Canary {
  readonly count: number;
  /** Share that must have come before the rest is told. */
  readonly success: number;
}

/** As stored. Times are RFC 3339, but for the lease's, which are milliseconds since the epoch. */
export interface Campaign {
  readonly id: string;
  readonly by: string;
  readonly startedAt: string;
  /** Nothing of it is under way any more. */
  readonly endedAt?: string;
  /** Absent where devices were named: the targets are they. */
  readonly select?: Omit<CampaignSelection, "devices">;
  readonly plan: CampaignPlan;
  readonly state: CampaignState;
  readonly reason?: string;
  readonly total: number;
  readonly counts: Counts;
  /** What layers gave back to a failed canary; written with them, so that whoever takes it up knows. */
  readonly putBack?: LayersPutBack & { readonly why: string };
  /** Its targets are still being written: nobody sees it, and what a broken process left is removed. */
  readonly isPreparing?: true;
  /** The node that runs it; another may when `until` is over. */
  readonly lease?: Lease;
}

/** Layers that lead phones to their PBX as before again. */
export interface LayersPutBack {
  readonly layers: readonly Pick<DocumentKey, "kind" | "id">[];
  /** In words: what was put back, and what was left. */
  readonly said: readonly string[];
}

/** One phone of a campaign, as stored. Times are milliseconds since the epoch. */
export interface Target {
  readonly mac: Mac;
  readonly site: string;
  readonly model: string;
  readonly state: TargetState;
  /** Committed before anything is sent: whether it was told is not known for certain until the outcome is. */
  readonly isSending?: true;
  readonly isCanary?: true;
  readonly reason?: string;
  readonly transport?: string;
  /** How often it was told. */
  readonly attempts: number;
  /** The revision that it was last told to fetch, and when. */
  readonly revision?: number;
  readonly at?: number;
  /** Until then it has time to come; absent where it is not awaited. */
  readonly dueAt?: number;
  /** When it is told again, or has another turn because it was in a call. */
  readonly nextAt?: number;
  /** How often it was in a call when its turn came. */
  readonly calls?: number;
  /** Of a critical campaign: it has to prove that it finds its PBX, as another way leads there. */
  readonly isToProve?: true;
  /** Of a critical canary: the revision that it had, and what its PBX knew of it. */
  readonly before?: { readonly n?: number; readonly registration?: Registration };
  /** Of a critical canary that fetched its file: whether the PBX knows it again. */
  readonly registration?: "awaited" | "registered" | "missing";
}

export const campaignKind = "campaign";
export const targetKind = "push-target";

export function campaignKey(organization: string, id: string): DocumentKey {
  return { organization, kind: campaignKind, id };
}

export function targetKey({ organization, id }: DocumentKey, mac: Mac): DocumentKey {
  return { organization, kind: targetKind, id: `${id}.${mac}` };
}

/** Whether phones may be told: a person's word, or a stop, ends that. */
export function mayTell({ state }: Pick<Campaign, "state">): boolean {
  return state === "running" || state === "waiting";
}

/** Told, and its time to come, or to register, is not over. */
export function isAwaited({ dueAt, isSending, registration, state }: Target): boolean {
  return isSending === true || registration === "awaited" || (state === "sent" && dueAt !== undefined);
}

/** A report asks for no fetch: there a phone that took the notice has done its part. */
export function hasSucceeded({ dueAt, registration = "registered", state }: Target): boolean {
  return (state === "up-to-date" && registration === "registered") || (state === "sent" && dueAt === undefined);
}

export function countsOf(targets: Iterable<Pick<Target, "state">>): Counts {
  const counts = Object.fromEntries(targetStates.map((state) => [state, 0])) as Record<TargetState, number>;
  for (const { state } of targets) counts[state] += 1;
  return counts;
}
