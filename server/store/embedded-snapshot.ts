import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import type { Adapter } from "lowdb";
import writeFileAtomic from "write-file-atomic";
import { type Line, linesOf, openLine, sealLine } from "./checked-line.ts";
import { type Entry, StoreData } from "./embedded-data.ts";
import { type FileOperations, fileMode, syncFolderOf } from "./embedded-files.ts";
import { type EntryRecord, entryOf, entryText } from "./embedded-records.ts";
import { damageFailure, restoreAll } from "./store-failures.ts";

/** First line of the snapshot. */
interface SnapshotHead {
  readonly format: number;
  /** The last commit that the snapshot holds. */
  readonly commit: number;
  /** The number of the last audit entry up to that commit. */
  readonly audit: number;
  /** How many lines follow, one document each. */
  readonly documents: number;
}

export interface SnapshotParts {
  readonly path: string;
  readonly operations: FileOperations;
  /** Resolves when everything the snapshot will hold is on the disk elsewhere; rejects when some of it was undone. */
  settled(head: { readonly audit: number }): Promise<void>;
}

const format = 1;
/** How much is made into text at a time, in characters, before other work gets its turn: about a millisecond. */
const sliceLength = 128 * 1024;

/** lowdb's way to the disk: checked lines, written in slices through write-file-atomic. */
export class SnapshotAdapter implements Adapter<StoreData> {
  readonly #parts: SnapshotParts;
  #bytes = 0;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  /** The size of the snapshot on the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** null when there is no snapshot; throws where it is damaged. */
  async read(): Promise<StoreData | null> {
    const bytes = await readFile(this.#parts.path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === "ENOENT") {
        return null;
      }
      throw thrown;
    });
    this.#bytes = bytes?.length ?? 0;
    return bytes && readSnapshot(this.#parts.path, bytes);
  }

  /** Writes the data as it is at the time of the call, whatever is committed meanwhile. */
  async write(data: StoreData): Promise<void> {
    const entries = data.entries();
    const head: SnapshotHead = { format, commit: data.commit, audit: data.audit, documents: entries.length };
    await this.#parts.settled(head);
    const { path } = this.#parts;
    const fill = async (temporaryPath: string) => this.#fill(temporaryPath, head, entries);
    // Given the bytes, write-file-atomic would write them in one go and take a half-written file for a whole one when
    // the disk is full. It syncs, renames and cleans up; the bytes are ours.
    await writeFileAtomic(path, "", { mode: fileMode, tmpfileCreated: fill });
    await syncFolderOf(path);
    this.#bytes = (await stat(path)).size;
  }

  async #fill(temporaryPath: string, head: SnapshotHead, entries: readonly Entry[]): Promise<void> {
    const file = await open(temporaryPath, "r+");
    try {
      await this.#writeLines(file, head, entries);
    } finally {
      await file.close();
    }
  }

  async #writeLines(file: FileHandle, head: SnapshotHead, entries: readonly Entry[]): Promise<void> {
    let position = 0;
    let slice = sealLine(JSON.stringify(head));
    for (const entry of entries) {
      slice += sealLine(entryText(entry, JSON.stringify(entry.document.body)));
      if (slice.length >= sliceLength) {
        position += await this.#writeSlice(file, slice, position);
        slice = "";
      }
    }
    await this.#writeSlice(file, slice, position);
  }

  async #writeSlice(file: FileHandle, slice: string, position: number): Promise<number> {
    const bytes = Buffer.from(slice);
    await this.#parts.operations.write(file, bytes, position);
    return bytes.length;
  }
}

function readSnapshot(path: string, bytes: Buffer): StoreData {
  const data = new StoreData();
  const lines = linesOf(bytes);
  const head = readHead(path, lines.next().value);
  let count = 0;
  for (const line of lines) {
    const record = line.isWhole ? (openLine(line.bytes) as EntryRecord | undefined) : undefined;
    if (record === undefined) {
      throw damagedSnapshot(`${path}, line ${line.number} (byte ${line.start})`, "the line is damaged");
    }
    const entry = entryOf(record);
    data.apply([{ key: entry.document, entry }]);
    count += 1;
  }
  if (count !== head.documents) {
    throw damagedSnapshot(path, `${count} of ${head.documents} documents are there`);
  }
  data.commit = head.commit;
  data.audit = head.audit;
  return data;
}

function readHead(path: string, line: Line | undefined): SnapshotHead {
  const head = line?.isWhole ? (openLine(line.bytes) as SnapshotHead | undefined) : undefined;
  if (head === undefined) {
    throw damagedSnapshot(`${path}, line 1 (byte 0)`, "the line is damaged");
  }
  if (head.format !== format) {
    const wayOut = "Start the version of Offhook that wrote it.";
    throw damageFailure(path, `the file has format ${head.format}, and this Offhook reads format ${format}`, wayOut);
  }
  return head;
}

function damagedSnapshot(where: string, what: string) {
  return damageFailure(where, what, restoreAll);
}
