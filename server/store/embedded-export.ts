import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Low } from "lowdb";
import { Failure } from "../domain/failures.ts";
import type { StoredAuditEntry } from "../domain/ports.ts";
import { type BackupRecord, backupStores } from "./backup-records.ts";
import { openLine } from "./checked-line.ts";
import { StoreData } from "./embedded-data.ts";
import { fileOperations } from "./embedded-files.ts";
import { storePaths } from "./embedded-paths.ts";
import { recordOf } from "./embedded-records.ts";
import { type Recovered, recover } from "./embedded-recovery.ts";
import { restoredFolder } from "./embedded-restore.ts";
import { SnapshotAdapter } from "./embedded-snapshot.ts";
import { damageFailure } from "./store-failures.ts";

/** How often the files are read when a server that writes them makes them look damaged. */
const attempts = 3;

interface Seen extends Recovered {
  readonly data: StoreData;
}

/**
 * Everything in a data folder, each store as it was at one moment, also while a server writes there: no lock is taken and
 * nothing is changed. The order of reading makes it whole: see `recover`. Fails with STORE_UNAVAILABLE when there is
 * nothing, or when it is damaged.
 */
export async function* exportEmbedded(dataFolder: string): AsyncGenerator<BackupRecord> {
  if (await isThere(join(dataFolder, restoredFolder))) {
    const wayOut = "start Offhook on the folder, which ends it, or restore again";
    throw new Failure("STORE_UNAVAILABLE", `${dataFolder}: a restore was cut off here; ${wayOut}`);
  }
  for (const store of backupStores) {
    const seen = await look(dataFolder, store, attempts);
    if (seen.logEnd === undefined) {
      throw new Failure("STORE_UNAVAILABLE", `${dataFolder} holds no data; is it the right folder (OFFHOOK_DATA)?`);
    }
    for (const entry of seen.data.entries()) {
      yield { store, document: recordOf(entry) };
    }
    for await (const audit of auditOf(dataFolder, store, seen)) {
      yield { store, audit };
    }
  }
}

/** A change that could not be written and is taken back can leave a line that is half one and half the next. */
async function look(dataFolder: string, store: string, left: number): Promise<Seen> {
  const paths = storePaths(dataFolder, store);
  const adapter = new SnapshotAdapter({ path: paths.snapshot, operations: fileOperations, settled: async () => {} });
  const low = new Low(adapter, new StoreData());
  // A torn line is a commit on its way, and no news.
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  try {
    const recovered = await recover({ low, snapshotPath: paths.snapshot, logPath: paths.commits, log });
    return { ...recovered, data: low.data };
  } catch (thrown) {
    if (left === 1) {
      throw thrown;
    }
    return look(dataFolder, store, left - 1);
  }
}

/** Oldest first. A fold moves entries to the file before the snapshot counts them: they are there, or in the log. */
async function* auditOf(
  dataFolder: string,
  store: string,
  { data, audited, auditInSnapshot }: Seen,
): AsyncGenerator<StoredAuditEntry> {
  const { audit: path } = storePaths(dataFolder, store);
  let last = 0;
  let isEmpty = true;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    isEmpty = false;
    const entry = openLine(Buffer.from(line)) as (StoredAuditEntry & { crc: string }) | undefined;
    if (entry === undefined || entry.n > data.audit) {
      break;
    }
    const { crc: _crc, ...stored } = entry;
    last = stored.n;
    yield stored;
  }
  if (last < auditInSnapshot && !isEmpty) {
    const wayOut = "Start Offhook on the folder: it says what can be done.";
    throw damageFailure(path, `the line after entry ${last} of ${auditInSnapshot} is damaged`, wayOut);
  }
  yield* audited.filter(({ n }) => n > last);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
