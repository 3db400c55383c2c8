import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../domain/failures.ts";
import { fileMode } from "./embedded-files.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";
import type { StoreLog } from "./store-log.ts";

/** One process at a time may have a data folder. */
export interface FolderLock {
  /** Throws STORE_UNAVAILABLE when another process has taken the folder over. */
  check(): void;
  release(): Promise<void>;
}

/** In milliseconds. */
interface LockTimes {
  /** How often the holder renews its lock. */
  readonly beat: number;
  /** A lock whose process cannot be asked (another container, another machine) is dead when not renewed so long. */
  readonly silence: number;
}

const usualTimes: LockTimes = { beat: 2_000, silence: 10_000 };

/** A lock that is being taken. */
interface LockDraft {
  readonly path: string;
  /** A file that holds our identity, to be linked in place. */
  readonly draft: string;
  readonly log: StoreLog;
  readonly times: LockTimes;
}

/** How long to wait for a process that is just taking the folder over, in milliseconds. */
const claimPause = 10;

/** Fails with STORE_UNAVAILABLE, naming file and process, while another process has the folder. */
export async function lockFolder(folder: string, log: StoreLog, times = usualTimes): Promise<FolderLock> {
  const path = join(folder, "offhook.lock");
  const identity = ownIdentity();
  // Written beside and linked in place: the lock is there whole or not at all, and linking fails where there is one.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(identity), { mode: fileMode });
  try {
    while (!(await linkInPlace(draft, path))) {
      await clearStaleLock({ path, draft, log, times });
    }
    const { ino } = await stat(path);
    return keepLock(path, ino, log, times);
  } finally {
    await rm(draft, { force: true });
  }
}

function keepLock(path: string, ino: number, log: StoreLog, times: LockTimes): FolderLock {
  let isLost = false;
  const beat = async () => {
    const isOurs = await hasInode(path, ino);
    if (isOurs) {
      const now = new Date();
      await utimes(path, now, now);
    } else if (!isLost) {
      isLost = true;
      log.error({ event: "store-lock-lost", file: path }, "another process took the data folder; nothing is written");
    }
  };
  const timer = setInterval(() => {
    beat().catch((err) => log.warn({ event: "store-lock-beat", file: path, err }, "the lock could not be renewed"));
  }, times.beat);
  timer.unref();
  return {
    check() {
      if (isLost) {
        throw new Failure("STORE_UNAVAILABLE", `another process took the data folder over (${path})`);
      }
    },
    async release() {
      clearInterval(timer);
      if (await hasInode(path, ino)) {
        await rm(path, { force: true });
      }
    },
  };
}

/** Puts the lock in place unless there is one; true when it is ours. */
async function linkInPlace(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    const { code = "" } = thrown as NodeJS.ErrnoException;
    return code !== "EEXIST" && copyInPlace(draft, path);
  }
}

/** For file systems without hard links, as shared folders of virtual machines are. */
async function copyInPlace(draft: string, path: string): Promise<boolean> {
  try {
    await copyFile(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw thrown;
  }
}

/** Takes the lock of a dead process away; throws when its process lives. */
async function clearStaleLock(lock: LockDraft): Promise<void> {
  const { path, log } = lock;
  const text = await readLock(path);
  if (text === undefined) {
    return;
  }
  const holder = parseIdentity(text);
  if (await lives(path, text, lock)) {
    throw new Failure(
      "STORE_UNAVAILABLE",
      `${path}: the data folder is in use by process ${holder?.pid} on ${holder?.host}. Stop that process, or give ` +
        "this one another folder (OFFHOOK_DATA). Delete the file only when no Offhook runs on the folder.",
    );
  }
  // Only who has the claim removes a lock, and only the one that was found dead: never one that was taken meanwhile.
  const claim = `${path}.claim`;
  if (await linkInPlace(lock.draft, claim)) {
    log.warn({ event: "store-lock-stale", file: path, pid: holder?.pid }, "taking over the folder of a dead process");
    await ((await readLock(path)) === text && rm(path, { force: true }));
    await rm(claim, { force: true });
  } else {
    await awaitClaim(claim, lock);
  }
}

/** Lets another process finish its takeover; the claim of one that died meanwhile is removed. */
async function awaitClaim(claim: string, lock: LockDraft): Promise<void> {
  const text = await readLock(claim);
  if (text === undefined) {
    return;
  }
  if (await lives(claim, text, lock)) {
    await delay(claimPause);
  } else {
    await rm(claim, { force: true });
  }
}

async function lives(path: string, text: string, lock: LockDraft): Promise<boolean> {
  const holder = parseIdentity(text);
  return (holder && isAlive(holder)) ?? (await showsLife(path, lock));
}

/** Watches the lock for a while; true when it is renewed. Clocks differ between machines, so its age says nothing. */
async function showsLife(path: string, { log, times: { beat, silence } }: LockDraft): Promise<boolean> {
  const first = await modifiedAt(path);
  log.warn({ event: "store-lock-watched", file: path }, "waiting whether the process that locked the folder is alive");
  for (let waited = 0; waited < silence; waited += beat / 4) {
    await delay(beat / 4);
    const now = await modifiedAt(path);
    if (now !== first) {
      return now !== undefined;
    }
  }
  return false;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(ignoreMissing))?.mtimeMs;
}

async function hasInode(path: string, ino: number): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing))?.ino === ino;
}

async function readLock(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(ignoreMissing);
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as ProcessIdentity;
    return Number.isInteger(value.pid) && typeof value.host === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function ignoreMissing(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== "ENOENT") {
    throw thrown;
  }
  return undefined;
}
