import type { StoredAuditEntry } from "../domain/ports.ts";
import type { EntryRecord } from "./embedded-records.ts";

/** The stores that a backup holds, in its order: pins first, so that the windows they name come from later. */
export const backupStores = ["presence", "config"] as const;

/** One line of a backup: a document with its version and unique names, or an entry of the audit, oldest first. */
export type BackupRecord = { readonly store: (typeof backupStores)[number] } & (
  | { readonly document: EntryRecord }
  | { readonly audit: StoredAuditEntry }
);

/** Where a backup is restored to. */
export interface RestorePlace {
  /** Gives up what is there; without it a place that holds data is refused. */
  readonly replace: boolean;
}

export const replaceAdvice = "Restore into an empty one, or add --replace to give up everything that is there.";
