import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Low } from "lowdb";
import type { Store } from "../domain/ports.ts";
import { ChangeListeners } from "./change-listeners.ts";
import { AuditTrail } from "./embedded-audit.ts";
import { CommitQueue } from "./embedded-commits.ts";
import { StoreData } from "./embedded-data.ts";
import { type FileOperations, fileOperations } from "./embedded-files.ts";
import { Fold } from "./embedded-fold.ts";
import { makeFolder } from "./embedded-folder.ts";
import { CommitLog, type LogPosition, replacementOf } from "./embedded-log.ts";
import { storePaths } from "./embedded-paths.ts";
import { recover } from "./embedded-recovery.ts";
import { finishRestore } from "./embedded-restore.ts";
import { SnapshotAdapter } from "./embedded-snapshot.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { startFailure } from "./store-failures.ts";
import type { StoreLog } from "./store-log.ts";

export interface EmbeddedOptions {
  readonly dataFolder: string;
  readonly log: StoreLog;
  /** Tests put failing operations here. */
  readonly operations?: FileOperations;
  /** The size from which a log is folded, in bytes, given that of the snapshot; 4 MB or the snapshot's when absent. */
  readonly foldAt?: (snapshotBytes: number) => number;
}

const leastFold = 4 * 1024 * 1024;

/** A log may grow as large as the snapshot: what folds write stays in proportion to what is committed. */
const usualFoldAt = (snapshotBytes: number) => Math.max(leastFold, snapshotBytes);

/** Opens both stores of a data folder, made when there is none, under one lock that the last store to close gives back. */
export async function openEmbeddedStores(options: EmbeddedOptions): Promise<{ config: Store; presence: Store }> {
  const { dataFolder, log } = options;
  try {
    await makeFolder(dataFolder, log);
    const lock = await lockFolder(dataFolder, log);
    return await openBoth(options, lock).catch(async (thrown) => {
      await lock.release();
      throw thrown;
    });
  } catch (thrown) {
    throw startFailure(dataFolder, thrown);
  }
}

async function openBoth(options: EmbeddedOptions, lock: FolderLock): Promise<{ config: Store; presence: Store }> {
  await finishRestore(options.dataFolder);
  const open = new Set(["config", "presence"]);
  const closed = async (name: string) => {
    open.delete(name);
    await (open.size === 0 && lock.release());
  };
  const config = await openStoreFiles("config", options, lock, closed);
  const presence = await openStoreFiles("presence", options, lock, closed).catch(async (thrown) => {
    await config.close();
    throw thrown;
  });
  return { config, presence };
}

async function openStoreFiles(
  store: string,
  { dataFolder, log, operations = fileOperations, foldAt = usualFoldAt }: EmbeddedOptions,
  lock: FolderLock,
  closed: (store: string) => Promise<void>,
): Promise<Store> {
  const paths = await preparePaths(dataFolder, store);
  const adapter = new SnapshotAdapter({
    path: paths.snapshot,
    operations,
    settled: async (head) => {
      await refuseUndone(queue);
      // Before the snapshot that says how many entries there are: the audit file is never behind it.
      await audit.fold(head.audit);
    },
  });
  const low = new Low(adapter, new StoreData());
  const recovered = await recover({ low, snapshotPath: paths.snapshot, logPath: paths.commits, log });
  const audit = await AuditTrail.open({ path: paths.audit, operations, log }, recovered);
  const commits = await openCommits(paths.commits, operations, recovered.logEnd, low.data.commit);
  const listeners = new ChangeListeners(store, log);
  const writeSnapshot = () => low.write();
  const fold = new Fold({ store, log, commits, foldAt: () => foldAt(adapter.bytes), writeSnapshot });
  const queue = new CommitQueue({
    log: commits,
    committed: (changes) => listeners.emit(changes),
    groupWritten: () => fold.beginWhenDue(),
  });
  const release = async () => {
    await fold.ended();
    await Promise.all([commits.close(), audit.close()]);
    await closed(store);
  };
  return new EmbeddedStore({ data: low.data, audit, queue, listeners, lock, commits, release });
}

async function preparePaths(dataFolder: string, store: string) {
  const paths = storePaths(dataFolder, store);
  await removeLeftovers(paths.snapshot, paths.commits);
  return paths;
}

/** A log that ends before the snapshot does has nothing that is still needed. */
async function openCommits(path: string, operations: FileOperations, end: LogPosition | undefined, commit: number) {
  return end === undefined || end.commit < commit
    ? CommitLog.create(path, operations, commit)
    : CommitLog.open(path, operations, end);
}

/** Waits until every commit that is in memory now is on the disk; throws when one was undone. */
async function refuseUndone(queue: CommitQueue): Promise<void> {
  const failure = await queue.settling();
  if (failure !== undefined) {
    throw failure;
  }
}

/** Removes the half-written replacements that a crash left behind; nothing ever reads them. */
async function removeLeftovers(snapshotPath: string, logPath: string): Promise<void> {
  await rm(replacementOf(logPath), { force: true });
  const folder = dirname(snapshotPath);
  // write-file-atomic puts a number behind the name.
  const isLeftover = (name: string) =>
    name.startsWith(`${basename(snapshotPath)}.`) && /^\d+$/.test(name.slice(basename(snapshotPath).length + 1));
  for (const name of (await readdir(folder)).filter(isLeftover)) {
    await rm(join(folder, name), { force: true });
  }
}
