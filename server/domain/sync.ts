/** What a device should have, and what it has completed a fetch of. */
export interface SyncFacts {
  readonly seen: boolean;
  readonly served?: { readonly n: number; readonly digest: string };
  readonly desired?: { readonly n: number; readonly digest: string };
}

/** The states that can be known without pushing: `unknown` is never seen, `pending` has not fetched the latest. */
export const knownSyncStates = ["unknown", "pending", "up-to-date"] as const;
export type SyncState = (typeof knownSyncStates)[number];

/** A device is up to date when what it fetched is what it would get now, also after a change was taken back. */
export function syncState({ seen, served, desired }: SyncFacts): SyncState {
  if (served === undefined) return seen ? "pending" : "unknown";
  return desired !== undefined && served.digest === desired.digest ? "up-to-date" : "pending";
}
