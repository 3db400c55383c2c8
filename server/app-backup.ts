import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import type { Config } from "./config.ts";
import type { DocumentKey } from "./domain/ports.ts";
import { checkMasterKeyProof, isMasterKeyProof, type Proof } from "./office/master-key-proof.ts";
import { windowKind } from "./office/phones/windows.ts";
import { loadMasterKey } from "./security/master-key.ts";
import { createSealer, type Sealer } from "./security/sealer.ts";
import { type BackupCounts, type BackupHead, backupFormat, readBackup, writeBackup } from "./store/backup-file.ts";
import type { BackupRecord } from "./store/backup-records.ts";
import { exportStores, importStores } from "./store/backup-stores.ts";

export interface BackupOptions {
  readonly version: string;
  /** Whoever has the backup can then open every secret in it. */
  readonly withKey: boolean;
}

/** Writes both stores into one file, also while Offhook serves. */
export async function makeBackup(config: Config, path: string, options: BackupOptions): Promise<BackupCounts> {
  const head: BackupHead = {
    offhookBackup: backupFormat,
    at: new Date().toISOString(),
    by: options.version,
    ...(options.withKey && { masterKey: presentKey(config).toString("base64url") }),
  };
  return writeBackup(path, head, exportStores({ dataFolder: config.data, databaseUrl: config.databaseUrl }));
}

export interface Restored extends BackupCounts {
  /** When the backup was made, RFC 3339. */
  readonly at: string;
  /** Enrolment windows that were open then or later, and are gone. */
  readonly windows: number;
}

/**
 * Fills the stores from a backup, or changes nothing of them. Enrolment windows end: whom they let in was decided for
 * another time. Pins stay. Nothing else of this kind is in the stores: the API's token is a file, and is not restored.
 */
export async function restoreBackup(config: Config, path: string, replace: boolean): Promise<Restored> {
  const { head, records } = await readBackup(path);
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  await keepKey(config, head);
  const restored = { at: head.at, documents: 0, audit: 0, windows: 0 };
  await importStores(
    { dataFolder: config.data, databaseUrl: config.databaseUrl, log: pino({ level: "silent" }), replace },
    restoring(records, createSealer(presentKey(config)), restored),
  );
  return restored;
}

type Counts = { -readonly [Name in keyof Restored]: Restored[Name] };

/** The records as they are restored, counted, with an entry of the audit that says so behind them. */
async function* restoring(
  records: AsyncIterable<BackupRecord>,
  sealer: Sealer,
  counts: Counts,
): AsyncGenerator<BackupRecord> {
  let last = 0;
  for await (const record of records) {
    if ("audit" in record) {
      counts.audit++;
      last = record.store === "config" ? record.audit.n : last;
      yield record;
    } else if (isKept(record.document, sealer, counts)) yield record;
  }
  const { at, windows } = counts;
  const entry = { organization: "default", actor: "command-line", action: "backup.restore", kind: "backup", id: at };
  yield { store: "config", audit: { at: new Date().toISOString(), ...entry, detail: { windows }, n: last + 1 } };
}

/** False for an enrolment window. Throws at the proof of another master key. */
function isKept(document: DocumentKey & { readonly body: unknown }, sealer: Sealer, counts: Counts): boolean {
  if (document.kind === windowKind) {
    counts.windows++;
    return false;
  }
  if (isMasterKeyProof(document)) checkMasterKeyProof(document.body as Proof, sealer);
  counts.documents++;
  return true;
}

/** The key that is there; none is made, because nothing would open with a new one. */
function presentKey(config: Config): Buffer {
  const path = join(config.data, "master.key");
  if (config.masterKey === undefined && config.masterKeyFile === undefined && !existsSync(path)) {
    const cure = `put the master.key of the installation into ${config.data}, or give OFFHOOK_MASTER_KEY`;
    throw new Error(`the master key that the data was sealed with is needed: ${cure}`);
  }
  return loadMasterKey({ given: config.masterKey, file: config.masterKeyFile, dataFolder: config.data });
}

/** A key that came with the backup becomes the installation's, where there is none. */
async function keepKey({ data, masterKey, masterKeyFile }: Config, head: BackupHead): Promise<void> {
  const path = join(data, "master.key");
  if (head.masterKey === undefined || masterKey !== undefined || masterKeyFile !== undefined || existsSync(path))
    return;
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${head.masterKey}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
