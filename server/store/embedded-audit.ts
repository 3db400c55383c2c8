import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { StoredAuditEntry } from "../domain/ports.ts";
import { openLine, sealLine } from "./checked-line.ts";
import { readAuditBackwards } from "./embedded-audit-reader.ts";
import { type FileOperations, fileMode, readBytes, syncFolderOf } from "./embedded-files.ts";
import type { Recovered } from "./embedded-recovery.ts";
import { damageFailure, fileFailure } from "./store-failures.ts";
import type { StoreLog } from "./store-log.ts";

export interface AuditParts {
  readonly path: string;
  readonly operations: FileOperations;
  readonly log: StoreLog;
}

const sliceLength = 128 * 1024;
/** The longest line that is looked for at the end of the file, in bytes. */
const tailLength = 4 * 1024 * 1024;

const wayOut =
  "Restore a backup (offhook restore FILE --replace); or go on without its entries: move it away and put an empty file in its place.";

/**
 * The audit: entries live in the log, with the change they belong to, until a fold moves them to a file of their own,
 * which only grows.
 */
export class AuditTrail {
  readonly #path: string;
  readonly #operations: FileOperations;
  readonly #file: FileHandle;
  #length: number;
  /** The number of the last entry in the file. */
  #last: number;
  /** The entries after it, in order. */
  #recent: StoredAuditEntry[] = [];

  private constructor({ path, operations }: AuditParts, file: FileHandle, length: number, last: number) {
    this.#path = path;
    this.#operations = operations;
    this.#file = file;
    this.#length = length;
    this.#last = last;
  }

  /** Opens the file, made when there is none. All entries that the snapshot counts must be in it. */
  static async open(parts: AuditParts, { auditInSnapshot: inSnapshot, audited }: Recovered): Promise<AuditTrail> {
    const file = await openFile(parts.path, inSnapshot);
    try {
      const { length, last } = await readEnd(parts, file);
      if (last < inSnapshot && length > 0) {
        throw damageFailure(parts.path, `the file ends with entry ${last} of ${inSnapshot}`, wayOut);
      }
      await file.truncate(length);
      const trail = new AuditTrail(parts, file, length, Math.max(last, inSnapshot));
      // After a crash during a fold some entries are in both the log and the file.
      trail.#recent = audited.filter(({ n }) => n > trail.#last);
      return trail;
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  add(entries: readonly StoredAuditEntry[]): void {
    for (const entry of entries) {
      this.#recent.push(entry);
    }
  }

  /** Takes the last entries out again, because their commit was undone. */
  remove(count: number): void {
    this.#recent.length -= count;
  }

  /** Moves the entries up to number `through` to the file. */
  async fold(through: number): Promise<void> {
    const moving = this.#recent.filter(({ n }) => n <= through);
    if (moving.length === 0) {
      return;
    }
    try {
      const length = await this.#append(moving);
      await this.#operations.sync(this.#file);
      await syncFolderOf(this.#path);
      this.#length = length;
      this.#last = through;
      this.#recent.splice(0, moving.length);
    } catch (thrown) {
      await this.#file.truncate(this.#length).catch(() => undefined);
      throw fileFailure(thrown);
    }
  }

  /** The entries there are now; later ones and folds do not touch it. */
  view(): AuditView {
    return { recent: [...this.#recent], length: this.#length, last: this.#last };
  }

  /** Newest first. */
  async read(view: AuditView, query: AuditQuery): Promise<StoredAuditEntry[]> {
    const { organization, limit, before = Number.POSITIVE_INFINITY } = query;
    const isMeant = (entry: StoredAuditEntry) =>
      entry.n < before && (organization === undefined || entry.organization === organization);
    const found = view.recent.filter(isMeant).toReversed().slice(0, limit);
    const bound = Math.min(before, view.last + 1);
    const older = readAuditBackwards({ path: this.#path, file: this.#file, length: view.length, before: bound });
    while (found.length < limit) {
      const next = await older.next();
      if (next.done) {
        break;
      }
      if (isMeant(next.value)) {
        found.push(next.value);
      }
    }
    return found;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Returns the length of the file with the entries in it. */
  async #append(entries: readonly StoredAuditEntry[]): Promise<number> {
    let position = this.#length;
    let slice = "";
    for (const entry of entries) {
      slice += sealLine(JSON.stringify(entry));
      if (slice.length >= sliceLength || entry === entries.at(-1)) {
        const bytes = Buffer.from(slice);
        await this.#operations.write(this.#file, bytes, position);
        position += bytes.length;
        slice = "";
      }
    }
    return position;
  }
}

interface AuditQuery {
  readonly organization?: string;
  readonly limit: number;
  readonly before?: number;
}

interface AuditView {
  readonly recent: readonly StoredAuditEntry[];
  readonly length: number;
  readonly last: number;
}

/** A file that is missing is made only where none is missed. */
async function openFile(path: string, inSnapshot: number): Promise<FileHandle> {
  const mayMake = inSnapshot === 0 ? constants.O_CREAT : 0;
  return open(path, constants.O_RDWR | mayMake, fileMode).catch((thrown: NodeJS.ErrnoException) => {
    throw thrown.code === "ENOENT" ? damageFailure(path, "the file is missing", wayOut) : fileFailure(thrown);
  });
}

/** Where the last whole line ends, and its entry's number; 0 and 0 for a file without one. */
async function readEnd({ path, log }: AuditParts, file: FileHandle): Promise<{ length: number; last: number }> {
  const { size } = await file.stat();
  const start = Math.max(0, size - tailLength);
  const tail = await readBytes(file, start, size);
  const end = tail.lastIndexOf("\n") + 1;
  if (end === 0 && start > 0) {
    throw damageFailure(`${path}, byte ${start}`, "here should be lines", wayOut);
  }
  if (end < tail.length) {
    // Entries are moved here before the log is cut, so a torn line is still in the log.
    log.warn({ event: "store-torn-line", file: path }, "dropped a line of the audit cut off by a crash");
  }
  if (end === 0) {
    return { length: 0, last: 0 };
  }
  const lineStart = tail.lastIndexOf("\n", end - 2) + 1;
  const entry = openLine(tail.subarray(lineStart, end - 1)) as StoredAuditEntry | undefined;
  if (entry === undefined) {
    throw damageFailure(`${path}, byte ${start + lineStart}`, "the last line is damaged", wayOut);
  }
  return { length: start + end, last: entry.n };
}
