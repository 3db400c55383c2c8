import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { type Ended, Endings } from "./app-endings.ts";
import type { Config } from "./config.ts";
import { checkMasterKeyProof, isMasterKeyProof, type Proof } from "./office/master-key-proof.ts";
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

export interface Restored extends BackupCounts, Readonly<Ended> {
  /** When the backup was made, RFC 3339. */
  readonly at: string;
}

/**
 * Fills the stores from a backup, or changes nothing of them. What was under way ends, grants too, see Endings. Pins
 * stay. The API's token is a file, and is not restored.
 */
export async function restoreBackup(config: Config, path: string, replace: boolean): Promise<Restored> {
  const { head, records } = await readBackup(path);
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  await keepKey(config, head);
  const counts = { documents: 0, audit: 0 };
  const endings = new Endings(new Date().toISOString());
  await importStores(
    { dataFolder: config.data, databaseUrl: config.databaseUrl, log: pino({ level: "silent" }), replace },
    restoring(records, { at: head.at, sealer: createSealer(presentKey(config)), counts, endings }),
  );
  return { at: head.at, ...counts, ...endings.ended };
}

interface Restoring {
  readonly at: string;
  readonly sealer: Sealer;
  readonly counts: { -readonly [Name in keyof BackupCounts]: BackupCounts[Name] };
  readonly endings: Endings;
}

/** The records as they are restored, counted, with an entry of the audit that says so behind them. */
async function* restoring(
  records: AsyncIterable<BackupRecord>,
  { at, counts, endings, sealer }: Restoring,
): AsyncGenerator<BackupRecord> {
  let last = 0;
  for await (const record of records) {
    if ("audit" in record) {
      counts.audit++;
      last = record.store === "config" ? record.audit.n : last;
      yield record;
      continue;
    }
    if (isMasterKeyProof(record.document)) checkMasterKeyProof(record.document.body as Proof, sealer);
    const kept = endings.pass(record);
    if (!kept) continue;
    counts.documents++;
    yield kept;
  }
  for (const record of endings.last()) {
    counts.documents++;
    yield record;
  }
  const entry = { organization: "default", actor: "command-line", action: "backup.restore", kind: "backup", id: at };
  yield {
    store: "config",
    audit: { at: new Date().toISOString(), ...entry, detail: { ...endings.ended }, n: last + 1 },
  };
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
