import type { BackupRecord, RestorePlace } from "./backup-records.ts";
import { exportEmbedded } from "./embedded-export.ts";
import { importEmbedded } from "./embedded-import.ts";
import type { StoreOptions } from "./open-store.ts";
import { exportPostgres } from "./postgres-export.ts";
import { importPostgres } from "./postgres-import.ts";

/** Everything in both stores, also while servers use them. */
export function exportStores({
  dataFolder,
  databaseUrl,
}: Pick<StoreOptions, "dataFolder" | "databaseUrl">): AsyncGenerator<BackupRecord> {
  return databaseUrl === undefined ? exportEmbedded(dataFolder) : exportPostgres(databaseUrl);
}

/** Fills both stores with the records, or changes nothing. No server may use them. */
export async function importStores(
  { dataFolder, databaseUrl, log, replace }: StoreOptions & RestorePlace,
  records: AsyncIterable<BackupRecord>,
): Promise<void> {
  await (databaseUrl === undefined
    ? importEmbedded({ dataFolder, log, replace }, records)
    : importPostgres({ databaseUrl, log, replace }, records));
}
