import type {
  AuditEntry,
  DocumentKey,
  FindQuery,
  PutOptions,
  StoredDocument,
  StoreTransaction,
} from "../domain/ports.ts";
import { Breath } from "./breath.ts";
import { checkKey, checkName, checkQuery, keyText, plainKey } from "./document-rules.ts";
import { compareKeys, type Entry, type KindIndex, placeInIndex, type StoreData, walkIndex } from "./embedded-data.ts";
import { type DraftChange, deletionText, entryText } from "./embedded-records.ts";
import { jsonCopy } from "./json-copy.ts";
import { staleFailure, takenFailure } from "./store-failures.ts";
import { TransactionGuard } from "./transaction-guard.ts";

/**
 * A transaction over the data in memory. What it writes lies over the data, which stays as it is until the commit.
 * Between a check and its write nothing is waited for, so writes that were begun side by side do not mix.
 */
export class EmbeddedDraft implements StoreTransaction {
  readonly guard = new TransactionGuard();
  /** In order of each document's last write. */
  readonly changes = new Map<string, DraftChange>();
  readonly audited: AuditEntry[] = [];
  readonly breath = new Breath();
  readonly #data: StoreData;
  readonly #index = new Map<string, KindIndex<DraftChange>>();
  /** Who holds a name after this transaction; null where it was released. */
  readonly #holders = new Map<string, DocumentKey | null>();

  constructor(data: StoreData) {
    this.#data = data;
  }

  get<Body>(key: DocumentKey): Promise<StoredDocument<Body> | undefined> {
    return this.#read(() => {
      checkKey(key);
      return this.#current(key)?.document as StoredDocument<Body> | undefined;
    });
  }

  holder<Body>(uniqueName: string): Promise<StoredDocument<Body> | undefined> {
    return this.#read(() => {
      checkName(uniqueName);
      return this.#holder(uniqueName)?.document as StoredDocument<Body> | undefined;
    });
  }

  find<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]> {
    return this.#read(() => {
      checkQuery(query);
      return takeDocuments<Body>(this.#walk(query), query.limit);
    });
  }

  put<Body>(key: DocumentKey, body: Body, options: PutOptions = {}): Promise<StoredDocument<Body>> {
    return this.#write(() => {
      checkKey(key);
      options.unique?.forEach(checkName);
      const copy = jsonCopy(body);
      const before = this.#current(key);
      checkExpected(key, before, options.expect);
      const unique = options.unique === undefined ? (before?.unique ?? []) : this.#freeNames(key, options.unique);
      const version = (before?.document.version ?? 0) + 1;
      const document = Object.freeze({ ...plainKey(key), version, body: copy.value });
      const entry = { document, unique };
      this.#record(before, { key: plainKey(key), entry, text: entryText(entry, copy.text), announced: document });
      return document;
    });
  }

  delete(key: DocumentKey, options: Pick<PutOptions, "expect"> = {}): Promise<boolean> {
    return this.#write(() => {
      checkKey(key);
      const before = this.#current(key);
      checkExpected(key, before, options.expect);
      if (before === undefined) {
        return false;
      }
      const announced = Object.freeze({ ...plainKey(key), version: before.document.version });
      this.#record(before, { key: plainKey(key), entry: undefined, text: deletionText(key), announced });
      return true;
    });
  }

  audit(entry: AuditEntry): void {
    this.guard.refuseWhenEnded();
    try {
      this.audited.push(jsonCopy(entry).value);
    } catch (thrown) {
      this.guard.fail(thrown);
      throw thrown;
    }
  }

  #read<Result>(operation: () => Result): Promise<Result> {
    return this.guard.read(async () => {
      await this.breath.due();
      return operation();
    });
  }

  #write<Result>(operation: () => Result): Promise<Result> {
    return this.guard.write(async () => {
      await this.breath.due();
      return operation();
    });
  }

  #current(key: DocumentKey): Entry | undefined {
    const change = this.changes.get(keyText(key));
    return change === undefined ? this.#data.get(key) : change.entry;
  }

  #holder(name: string): Entry | undefined {
    const key = this.#holders.get(name) ?? (this.#holders.has(name) ? undefined : this.#data.holder(name)?.document);
    return key && this.#current(key);
  }

  /** The names without repetition; throws when other documents hold some of them. */
  #freeNames(key: DocumentKey, unique: readonly string[]): readonly string[] {
    const names = [...new Set(unique)];
    const taken = names.filter((name) => {
      const holder = this.#holder(name);
      return holder !== undefined && keyText(holder.document) !== keyText(key);
    });
    if (taken.length > 0) {
      throw takenFailure(taken);
    }
    return Object.freeze(names);
  }

  #record(before: Entry | undefined, change: DraftChange): void {
    const text = keyText(change.key);
    this.changes.delete(text);
    this.changes.set(text, change);
    placeInIndex(this.#index, change.key, change);
    for (const name of before?.unique ?? []) {
      this.#holders.set(name, null);
    }
    for (const name of change.entry?.unique ?? []) {
      this.#holders.set(name, change.key);
    }
  }

  /** The data's documents and the changed ones, merged in order; a change stands in for the document it changes. */
  *#walk(query: FindQuery): Generator<Entry> {
    const changed = walkIndex(this.#index.get(query.kind), query);
    let next = changed.next();
    for (const entry of this.#data.walk(query)) {
      while (!next.done && compareKeys(next.value[1].key, entry.document) < 0) {
        yield* present(next.value[1].entry);
        next = changed.next();
      }
      if (next.done || compareKeys(next.value[1].key, entry.document) !== 0) {
        yield entry;
      }
    }
    for (; !next.done; next = changed.next()) {
      yield* present(next.value[1].entry);
    }
  }
}

/** The documents of the entries, at most `limit`. */
export function takeDocuments<Body>(
  entries: Generator<Entry>,
  limit = Number.POSITIVE_INFINITY,
): StoredDocument<Body>[] {
  const documents: StoredDocument<Body>[] = [];
  while (documents.length < limit) {
    const next = entries.next();
    if (next.done) {
      break;
    }
    documents.push(next.value.document as StoredDocument<Body>);
  }
  return documents;
}

function present(entry: Entry | undefined): Entry[] {
  return entry === undefined ? [] : [entry];
}

function checkExpected(key: DocumentKey, before: Entry | undefined, expect: number | undefined): void {
  const version = before?.document.version ?? 0;
  if (expect !== undefined && expect !== version) {
    throw staleFailure(key, expect, version);
  }
}
