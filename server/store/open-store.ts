import type { Store } from "../domain/ports.ts";
import { openEmbeddedStores } from "./embedded-open.ts";
import { openPostgresStores } from "./postgres-open.ts";
import type { StoreLog } from "./store-log.ts";

export interface StoreOptions {
  /** The folder of the embedded store's files; made when there is none. */
  readonly dataFolder: string;
  /** `postgres://…`; the embedded store when absent. */
  readonly databaseUrl?: string | undefined;
  readonly log: StoreLog;
}

/** Two independent stores: what people configure, and what changes whenever a phone boots. */
export interface Stores {
  readonly config: Store;
  readonly presence: Store;
}

/**
 * Opens both stores. Fails with STORE_UNAVAILABLE, and a detail that names what to do, when another process has the data
 * folder, when its files are damaged, or when the database does not answer.
 */
export async function openStore({ dataFolder, databaseUrl, log }: StoreOptions): Promise<Stores> {
  return databaseUrl === undefined ? openEmbeddedStores({ dataFolder, log }) : openPostgresStores({ databaseUrl, log });
}
