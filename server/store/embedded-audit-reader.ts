import type { FileHandle } from "node:fs/promises";
import { Failure } from "../domain/failures.ts";
import type { StoredAuditEntry } from "../domain/ports.ts";
import { openLine } from "./checked-line.ts";
import { readBytes } from "./embedded-files.ts";

export interface AuditRange {
  readonly path: string;
  readonly file: FileHandle;
  /** Where the last whole line ends, in bytes. */
  readonly length: number;
  /** Only entries below this number. */
  readonly before: number;
}

const chunkLength = 64 * 1024;

/** The entries of an audit file, newest first, read from the end in chunks. */
export async function* readAuditBackwards(range: AuditRange): AsyncGenerator<StoredAuditEntry> {
  let end = await endOfRange(range);
  let rest: Buffer = Buffer.alloc(0);
  while (end > 0) {
    const start = Math.max(0, end - chunkLength);
    const chunk = Buffer.concat([await readBytes(range.file, start, end), rest]);
    // Where a chunk begins inside a line, that line waits for the chunk before it.
    const first = start === 0 ? 0 : chunk.indexOf("\n") + 1;
    for (const entry of entriesBackwards(range.path, chunk.subarray(first), start + first)) {
      if (entry.n < range.before) {
        yield entry;
      }
    }
    rest = chunk.subarray(0, first);
    end = start;
  }
}

/**
 * An offset behind all lines below `before` and not far behind them: numbers only grow, so it is found by halving.
 * Lines between it and the offset that is found may still be above.
 */
async function endOfRange({ file, length, before }: AuditRange): Promise<number> {
  let low = 0;
  let high = length;
  while (high - low > chunkLength) {
    const line = await lineAfter(file, Math.floor((low + high) / 2), high);
    if (line === undefined) {
      break;
    }
    if (line.n >= before) {
      high = line.start;
    } else {
      low = line.start;
    }
  }
  return high;
}

/** The first line that begins after the offset, when it ends within a chunk and before `end`. */
async function lineAfter(
  file: FileHandle,
  offset: number,
  end: number,
): Promise<{ start: number; n: number } | undefined> {
  const chunk = await readBytes(file, offset, Math.min(end, offset + chunkLength));
  const start = chunk.indexOf("\n") + 1;
  const stop = start === 0 ? -1 : chunk.indexOf("\n", start);
  if (stop < 0) {
    return undefined;
  }
  const entry = openLine(chunk.subarray(start, stop)) as StoredAuditEntry | undefined;
  return entry && { start: offset + start, n: entry.n };
}

/** The entries of whole lines, last first; `offset` is where the bytes begin in the file. */
function* entriesBackwards(path: string, bytes: Buffer, offset: number): Generator<StoredAuditEntry> {
  let end = bytes.length;
  while (end > 0) {
    // A line begins behind the line feed of the line before it; there is none before the first.
    const start = end === 1 ? 0 : bytes.lastIndexOf("\n", end - 2) + 1;
    const entry = openLine(bytes.subarray(start, end - 1)) as (StoredAuditEntry & { crc: string }) | undefined;
    if (entry === undefined) {
      throw new Failure("STORE_UNAVAILABLE", `${path}, byte ${offset + start}: the line of the audit is damaged`);
    }
    const { crc: _crc, ...stored } = entry;
    yield stored;
    end = start;
  }
}
