import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Failure } from "../domain/failures.ts";
import type { BackupRecord } from "./backup-records.ts";
import { fileMode, fileOperations, syncFolderOf } from "./embedded-files.ts";

/** First line of a backup. */
export interface BackupHead {
  readonly offhookBackup: number;
  /** When it was made, RFC 3339. */
  readonly at: string;
  /** The version of Offhook that made it. */
  readonly by: string;
  /** Only where it was asked for: base64url of 32 bytes. */
  readonly masterKey?: string;
}

export interface BackupCounts {
  readonly documents: number;
  readonly audit: number;
}

/** Last line of a backup: what the lines before it must come to. */
interface BackupEnd extends BackupCounts {
  readonly sha256: string;
}

export const backupFormat = 1;
const sliceLength = 128 * 1024;

/**
 * Writes a backup: JSON lines, gzipped, for the owner only. It is written beside, read back, and linked into place when
 * it is whole; a file that is there already is refused.
 */
export async function writeBackup(
  path: string,
  head: BackupHead,
  records: AsyncIterable<BackupRecord>,
): Promise<BackupCounts> {
  const draft = `${path}.part`;
  try {
    await fillDraft(draft, head, records);
    const counts = await checkBackup(draft);
    await link(draft, path);
    await syncFolderOf(path);
    return counts;
  } catch (thrown) {
    const isThere = (thrown as NodeJS.ErrnoException).code === "EEXIST";
    throw isThere ? new Failure("INVALID", `${path} is there already; name another file, or move it away`) : thrown;
  } finally {
    await rm(draft, { force: true });
  }
}

async function fillDraft(draft: string, head: BackupHead, records: AsyncIterable<BackupRecord>): Promise<void> {
  const file = await open(draft, "w", fileMode);
  const write = async (chunks: AsyncIterable<Buffer>) => {
    let position = 0;
    for await (const chunk of chunks) {
      await fileOperations.write(file, chunk, position);
      position += chunk.length;
    }
  };
  try {
    await pipeline(Readable.from(backupText(head, records)), createGzip(), write);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads a backup through, to its end, without keeping anything of it. Fails with INVALID as readBackup does. */
async function checkBackup(path: string): Promise<BackupCounts> {
  const { head: _head, records } = await readBackup(path);
  const counts = { documents: 0, audit: 0 };
  for await (const record of records) {
    counts["audit" in record ? "audit" : "documents"] += 1;
  }
  return counts;
}

/**
 * The head at once, the records as they are asked for. Fails with INVALID, naming the file, for one that is no backup, is
 * damaged or is cut off; the last two may show only after the last record, so nothing may be kept before.
 */
export async function readBackup(path: string): Promise<{ head: BackupHead; records: AsyncGenerator<BackupRecord> }> {
  const lines = linesOfFile(path);
  const first = await lines.next();
  const head = first.done ? undefined : (parseLine(first.value) as BackupHead | undefined);
  if (!first.done && head?.offhookBackup === backupFormat) {
    return { head, records: readRecords(path, first.value, lines) };
  }
  await lines.return(undefined);
  const format = head?.offhookBackup;
  throw new Failure(
    "INVALID",
    format === undefined
      ? `${path} is not a backup of Offhook`
      : `${path} has format ${format}, and this Offhook reads format ${backupFormat}; use the version that made it`,
  );
}

async function* readRecords(path: string, first: string, lines: AsyncIterable<string>): AsyncGenerator<BackupRecord> {
  const digest = createHash("sha256").update(`${first}\n`);
  const counts = { documents: 0, audit: 0 };
  let end: BackupEnd | undefined;
  for await (const line of lines) {
    const record = parseLine(line) as BackupRecord | BackupEnd | undefined;
    if (record === undefined || end !== undefined) {
      throw damaged(path);
    }
    if ("sha256" in record) {
      end = record;
      continue;
    }
    digest.update(`${line}\n`);
    counts["audit" in record ? "audit" : "documents"] += 1;
    yield record;
  }
  if (end?.sha256 !== digest.digest("hex") || end.documents !== counts.documents || end.audit !== counts.audit) {
    throw damaged(path);
  }
}

async function* linesOfFile(path: string): AsyncGenerator<string> {
  const source = createReadStream(path);
  const text = createGunzip().setEncoding("utf8");
  source.on("error", (error) => text.destroy(error)).pipe(text);
  let rest = "";
  try {
    for await (const chunk of text) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    throw code.startsWith("Z_") ? damaged(path) : new Failure("INVALID", message, { cause });
  } finally {
    source.destroy();
  }
  if (rest !== "") {
    yield rest;
  }
}

/** Pieces of about the length of a slice: line by line would cost more than the lines. */
async function* backupText(head: BackupHead, records: AsyncIterable<BackupRecord>): AsyncGenerator<string> {
  const digest = createHash("sha256");
  const counts = { documents: 0, audit: 0 };
  let slice = `${JSON.stringify(head)}\n`;
  for await (const record of records) {
    counts["audit" in record ? "audit" : "documents"] += 1;
    slice += `${JSON.stringify(record)}\n`;
    if (slice.length >= sliceLength) {
      digest.update(slice);
      yield slice;
      slice = "";
    }
  }
  digest.update(slice);
  const end: BackupEnd = { ...counts, sha256: digest.digest("hex") };
  yield `${slice}${JSON.stringify(end)}\n`;
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function damaged(path: string): Failure {
  return new Failure("INVALID", `${path} is damaged or cut off; nothing was restored. Take another backup`);
}
