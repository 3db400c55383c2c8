import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { sealLine } from "./checked-line.ts";
import { type FileOperations, fileMode, readBytes, syncFolderOf } from "./embedded-files.ts";
import { Turns } from "./turns.ts";

/** A place in the log: how many bytes lie before it, and the last commit among them. */
export interface LogPosition {
  readonly bytes: number;
  readonly commit: number;
}

/** First line of the log. */
export interface LogHead {
  readonly format: number;
  /** The commit before the first one that this log may hold; a snapshot holds everything up to it. */
  readonly follows: number;
}

export const logFormat = 1;

/** The append-only log of commits. Everything up to its `end` is good and on the disk. */
export class CommitLog {
  readonly #path: string;
  readonly #operations: FileOperations;
  readonly #turns = new Turns();
  #file: FileHandle;
  #end: LogPosition;
  /** A write that failed, or was cut off by a crash, left bytes behind the end. */
  #hasRubbish = true;
  /** That the folder names the present file as the log may not be on the disk yet. */
  #isFolderStale = true;

  private constructor(path: string, operations: FileOperations, file: FileHandle, end: LogPosition) {
    this.#path = path;
    this.#operations = operations;
    this.#file = file;
    this.#end = end;
  }

  /** Makes an empty log, in place of any that is there; commits go on after number `commit`. */
  static async create(path: string, operations: FileOperations, commit: number): Promise<CommitLog> {
    const written = await writeReplacement(path, operations, commit, Buffer.alloc(0));
    const log = new CommitLog(path, operations, written.file, { bytes: written.length, commit });
    await log.check();
    return log;
  }

  /** Opens a log that is good up to `end`, and cuts off what lies behind. */
  static async open(path: string, operations: FileOperations, end: LogPosition): Promise<CommitLog> {
    const log = new CommitLog(path, operations, await open(path, "r+"), end);
    await log.check();
    return log;
  }

  get end(): LogPosition {
    return this.#end;
  }

  /** Resolves when the lines are on the disk; `commit` is the last one of them. When it fails the log is as before. */
  append(lines: Uint8Array, commit: number): Promise<void> {
    return this.#turns.run(async () => {
      await this.#repair();
      this.#hasRubbish = true;
      try {
        await this.#operations.write(this.#file, lines, this.#end.bytes);
        await this.#operations.sync(this.#file);
      } catch (thrown) {
        // Tried again before the next append where it fails here.
        await this.#repair().catch(() => undefined);
        throw thrown;
      }
      this.#hasRubbish = false;
      this.#end = { bytes: this.#end.bytes + lines.length, commit };
    });
  }

  /** Drops the lines before the position, which a snapshot holds by now; commits wait meanwhile. */
  cut({ bytes, commit }: LogPosition): Promise<void> {
    return this.#turns.run(async () => {
      const rest = await readBytes(this.#file, bytes, this.#end.bytes);
      const written = await writeReplacement(this.#path, this.#operations, commit, rest);
      const former = this.#file;
      this.#file = written.file;
      this.#end = { bytes: written.length, commit: this.#end.commit };
      this.#hasRubbish = false;
      // Until the folder is on the disk a crash would bring back the former log, without what is appended from now on.
      this.#isFolderStale = true;
      await former.close();
      await this.#repair();
    });
  }

  /** Fails when the log is in a state that cannot be repaired now. */
  check(): Promise<void> {
    return this.#turns.run(() => this.#repair());
  }

  close(): Promise<void> {
    return this.#turns.run(() => this.#file.close());
  }

  async #repair(): Promise<void> {
    if (this.#isFolderStale) {
      await syncFolderOf(this.#path);
      this.#isFolderStale = false;
    }
    if (this.#hasRubbish) {
      await this.#file.truncate(this.#end.bytes);
      await this.#operations.sync(this.#file);
      this.#hasRubbish = false;
    }
  }
}

/** The line feed included; `follows` is the last commit that is not in the log any more. */
export function logHeadLine(follows: number): string {
  const head: LogHead = { format: logFormat, follows };
  return sealLine(JSON.stringify(head));
}

/** Where a log is written that will replace the one at this path; a crash may leave it behind. */
export function replacementOf(path: string): string {
  return `${path}.new`;
}

async function writeReplacement(path: string, operations: FileOperations, follows: number, lines: Buffer) {
  const replacement = replacementOf(path);
  const content = Buffer.concat([Buffer.from(logHeadLine(follows)), lines]);
  const file = await open(replacement, "w+", fileMode);
  try {
    await operations.write(file, content, 0);
    await operations.sync(file);
    await rename(replacement, path);
  } catch (thrown) {
    await file.close();
    await rm(replacement, { force: true });
    throw thrown;
  }
  return { file, length: content.length };
}
