import type { DocumentKey, StoreChange, StoredAuditEntry } from "../domain/ports.ts";
import type { Breath } from "./breath.ts";
import { LineBuilder } from "./checked-line.ts";
import { plainKey } from "./document-rules.ts";
import type { Entry, EntryChange } from "./embedded-data.ts";
import { deepFreeze } from "./json-copy.ts";

/** A document as a line of the snapshot, or a part of a commit's line, holds it. */
export interface EntryRecord extends DocumentKey {
  readonly version: number;
  readonly unique?: readonly string[];
  readonly body: unknown;
}

/** A deletion in a commit's line. */
interface DeletionRecord extends DocumentKey {
  readonly deleted: true;
}

/** One line of the log: everything that one transaction changed. */
export interface CommitRecord {
  readonly commit: number;
  readonly changes: readonly (EntryRecord | DeletionRecord)[];
  readonly audit?: readonly StoredAuditEntry[];
}

/** What one transaction is about to change: the change, its part of the commit's line, and what is told of it. */
export interface DraftChange extends EntryChange {
  readonly text: string;
  readonly announced: StoreChange;
}

const sliceLength = 128 * 1024;

/** The line of a CommitRecord, of parts that were made when the documents were written; pauses where it is long. */
export async function commitLine(
  commit: number,
  changes: readonly DraftChange[],
  audit: readonly StoredAuditEntry[],
  breath: Breath,
): Promise<Buffer> {
  const line = new LineBuilder();
  let slice = `{"commit":${commit}`;
  for (const part of commitParts(changes, audit)) {
    slice += part;
    if (slice.length >= sliceLength) {
      line.add(slice);
      slice = "";
      await breath.due();
    }
  }
  line.add(slice);
  return line.seal();
}

function* commitParts(changes: readonly DraftChange[], audit: readonly StoredAuditEntry[]): Generator<string> {
  yield ',"changes":[';
  for (const [index, { text }] of changes.entries()) {
    yield index === 0 ? text : `,${text}`;
  }
  yield "]";
  for (const [index, entry] of audit.entries()) {
    yield (index === 0 ? ',"audit":[' : ",") + JSON.stringify(entry);
  }
  yield audit.length === 0 ? "" : "]";
}

/** The text of a DeletionRecord. */
export function deletionText({ organization, kind, id }: DocumentKey): string {
  return JSON.stringify({ organization, kind, id, deleted: true });
}

/** The text of an EntryRecord. */
export function entryText({ document, unique }: Entry, bodyText: string): string {
  const { organization, kind, id, version } = document;
  const head = JSON.stringify({ organization, kind, id, version, ...(unique.length > 0 && { unique }) });
  return `${head.slice(0, -1)},"body":${bodyText}}`;
}

/** What entryText writes, as a value. */
export function recordOf({ document, unique }: Entry): EntryRecord {
  const { organization, kind, id, version, body } = document;
  return { organization, kind, id, version, ...(unique.length > 0 && { unique }), body };
}

export function entryOf(record: EntryRecord): Entry {
  const { version, body } = record;
  return {
    document: Object.freeze({ ...plainKey(record), version, body: deepFreeze(body) }),
    unique: record.unique ?? [],
  };
}

export function changesOf(record: CommitRecord): EntryChange[] {
  return record.changes.map((change) => ({
    key: plainKey(change),
    entry: "deleted" in change ? undefined : entryOf(change),
  }));
}
