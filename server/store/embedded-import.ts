import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../domain/failures.ts";
import { type BackupRecord, backupStores, type RestorePlace, replaceAdvice } from "./backup-records.ts";
import { sealLine } from "./checked-line.ts";
import { StoreData } from "./embedded-data.ts";
import { fileMode, fileOperations, folderMode, syncFolderOf } from "./embedded-files.ts";
import { makeFolder } from "./embedded-folder.ts";
import { CommitLog } from "./embedded-log.ts";
import { storePaths } from "./embedded-paths.ts";
import { entryOf } from "./embedded-records.ts";
import { finishRestore, restoredFolder } from "./embedded-restore.ts";
import { SnapshotAdapter } from "./embedded-snapshot.ts";
import { lockFolder } from "./folder-lock.ts";
import { startFailure } from "./store-failures.ts";
import type { StoreLog } from "./store-log.ts";

export interface EmbeddedImport extends RestorePlace {
  readonly dataFolder: string;
  readonly log: StoreLog;
}

/** One store that is being filled: documents in memory, as they will be, the audit straight to its file. */
interface Filling {
  readonly data: StoreData;
  readonly audit: FileHandle;
}

/** The commit that all restored documents count as; 0 would be a store without a snapshot. */
const restoredCommit = 1;

/**
 * Puts the records in place of the data folder's stores: all of them, or, when anything fails (the records too), none.
 * Fails with STORE_UNAVAILABLE while another process has the folder, with CONFLICT where data is that may not be replaced.
 */
export async function importEmbedded(target: EmbeddedImport, records: AsyncIterable<BackupRecord>): Promise<void> {
  const { dataFolder, log } = target;
  try {
    await makeFolder(dataFolder, log);
    const lock = await lockFolder(dataFolder, log);
    try {
      await finishRestore(dataFolder);
      await refuseData(target);
      await stage(dataFolder, records);
      await finishRestore(dataFolder);
    } finally {
      await lock.release();
    }
  } catch (thrown) {
    throw startFailure(dataFolder, thrown);
  }
}

async function refuseData({ dataFolder, replace }: EmbeddedImport): Promise<void> {
  const names = await readdir(dataFolder);
  if (!replace && names.some((name) => /^(?:config|presence)\.(?:snapshot|commits)\.jsonl$/.test(name))) {
    throw new Failure("CONFLICT", `the data folder ${dataFolder} holds data. ${replaceAdvice}`);
  }
}

/** Writes every file beside; renaming the folder is the moment from which the restore counts. */
async function stage(dataFolder: string, records: AsyncIterable<BackupRecord>): Promise<void> {
  const folder = join(dataFolder, restoredFolder);
  const draft = `${folder}.part`;
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { mode: folderMode });
    await writeStores(draft, records);
    await syncFolderOf(storePaths(draft, "config").snapshot);
    await rename(draft, folder);
    await syncFolderOf(folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function writeStores(folder: string, records: AsyncIterable<BackupRecord>): Promise<void> {
  const stores = new Map<string, Filling>();
  try {
    for (const store of backupStores) {
      const audit = await open(storePaths(folder, store).audit, "w", fileMode);
      stores.set(store, { data: new StoreData(), audit });
    }
    for await (const record of records) {
      const filling = stores.get(record.store);
      if (filling === undefined) {
        throw new Failure("INVALID", `the backup names a store "${record.store}", which this Offhook does not know`);
      }
      await addRecord(filling, record);
    }
    for (const [store, { data, audit }] of stores) {
      await audit.sync();
      await writeStore(folder, store, data);
    }
  } finally {
    for (const { audit } of stores.values()) {
      await audit.close();
    }
  }
}

async function addRecord({ data, audit }: Filling, record: BackupRecord): Promise<void> {
  if ("audit" in record) {
    await audit.appendFile(sealLine(JSON.stringify(record.audit)));
    data.audit = record.audit.n;
  } else {
    const entry = entryOf(record.document);
    data.apply([{ key: entry.document, entry }]);
  }
}

async function writeStore(folder: string, store: string, data: StoreData): Promise<void> {
  const paths = storePaths(folder, store);
  data.commit = restoredCommit;
  await new SnapshotAdapter({ path: paths.snapshot, operations: fileOperations, settled: async () => {} }).write(data);
  await (await CommitLog.create(paths.commits, fileOperations, restoredCommit)).close();
}
