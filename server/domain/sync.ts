import type { PushAction } from "./push.ts";

/** In the order of docs/sync-states.md. `unknown`: never seen. */
export const syncStates = ["unknown", "pending", "sent", "late", "unreachable", "refused", "up-to-date"] as const;
export type SyncState = (typeof syncStates)[number];

/** The last push of a device, as it is stored. Times are milliseconds since the epoch. */
export interface PushFacts {
  /** `show`: it was to ring or to show something, and asks for no fetch of a file. */
  readonly action: PushAction | "show";
  /** The revision that was to be fetched. */
  readonly revision: number;
  readonly at: number;
  /** Until then the phone has time to come. */
  readonly dueAt: number;
  readonly result: "sent" | "unreachable" | "refused";
  /** Nothing could be sent: the phone comes by itself, until `dueAt`. */
  readonly waits?: true;
  /** For people: what was answered, or why nothing was. */
  readonly reason: string;
  readonly transport?: string;
}

/** What waits was pushed by itself, and this device was left out. `at` is milliseconds since the epoch. */
export interface NotPushed {
  readonly result: "not-pushed";
  /** The one that it should have. */
  readonly revision: number;
  readonly at: number;
  /** For people. */
  readonly reason: string;
  /** Nothing is wrong with the device: it is tried again as it is. */
  readonly again?: true;
}

/** What a device should have, what it has completed a fetch of, and how it was last told. */
export interface SyncFacts {
  readonly seen: boolean;
  readonly served?: { readonly n: number; readonly digest: string; readonly at: string };
  readonly desired?: { readonly n: number; readonly digest: string; readonly at?: string };
  readonly push?: PushFacts | NotPushed;
  readonly now: number;
}

/** `since` is RFC 3339, absent where it is not known; `reason` is for people. */
export interface Sync {
  readonly state: SyncState;
  readonly since?: string;
  readonly reason?: string;
}

/**
 * Where a device stands; worked out of what is stored, so that nothing can disagree with it. A device is up to date when
 * what it fetched is what it would get now, also after a change was taken back. A push for a revision that is not the
 * desired one any more says nothing: the phone has to be told again.
 */
export function syncOf({ seen, served, desired, push, now }: SyncFacts): Sync {
  if (served !== undefined && served.digest === desired?.digest) return { state: "up-to-date", since: served.at };
  const last = push?.revision === desired?.n ? push : undefined;
  if (last !== undefined && last.result !== "not-pushed") return syncOfPush(last, now);
  if (served === undefined && !seen) return { state: "unknown" };
  const since = desired?.at !== undefined && { since: desired.at };
  return { state: "pending", ...since, ...(last && { reason: last.reason }) };
}

/**
 * Whether it is to be kept that a device was left out. One that was told of this revision, or of a later one, is where that
 * push left it; and what is known already is not written again.
 */
export function isNewsBeside(last: PushFacts | NotPushed | undefined, { reason, revision }: NotPushed): boolean {
  if (last === undefined || last.revision < revision) return true;
  return last.revision === revision && last.result === "not-pushed" && last.reason !== reason;
}

function syncOfPush({ at, dueAt, reason, result, waits }: PushFacts, now: number): Sync {
  if (result !== "sent") return { state: result, since: time(at), reason };
  if (waits && now < dueAt) return { state: "pending", since: time(at), reason };
  if (now < dueAt) return { state: "sent", since: time(at), reason };
  const waited = Math.round((dueAt - at) / 1000);
  return { state: "late", since: time(dueAt), reason: `${reason}; the phone did not come within ${waited} s` };
}

/** A push has what it was for: the phone completed a fetch of the pushed revision or a later one. */
export function hasCome(served: SyncFacts["served"], { at, revision }: Pick<PushFacts, "at" | "revision">): boolean {
  return served !== undefined && served.n >= revision && Date.parse(served.at) >= at;
}

function time(at: number): string {
  return new Date(at).toISOString();
}
