import { monotonicFactory } from "ulid";
import type { AuditEntry, Clock, DocumentKey, Store, StoreTransaction } from "../../domain/ports.ts";
import { readingOf } from "../../domain/store-reading.ts";
import { snapshotKind } from "../revisions/snapshots.ts";
import {
  type ChangeImage,
  type ChangeRecord,
  changeKind,
  type FormerDocument,
  imageKey,
  markOf,
  mostListed,
  undoMinutes,
} from "./records.ts";

/** What people configure and can take back; templates have versions of their own. */
const undoable = new Set(["device", "line", "site", "preset", "organization", "pbx-connection", snapshotKind]);
const mostDocuments = 1000;
const mostBytes = 4 * 1024 * 1024;

/**
 * The same store for edits: a transaction that audits one also keeps what the documents were before, so that it can be
 * taken back (changes.ts). `kept` is told after each commit how many bytes that took.
 */
export function rememberingChanges(store: Store, clock: Clock, kept: (bytes: number) => void): Store {
  // One after the other also within a millisecond: a list of changes is in their order.
  const nextUlid = monotonicFactory();

  async function keep(transaction: StoreTransaction, { audited, images }: Memory): Promise<number> {
    const [first] = audited;
    const documents = images.documents();
    const changed = documents.filter(({ kind }) => kind !== snapshotKind);
    if (first === undefined || changed.length === 0) return 0;
    const now = clock();
    const key = { organization: first.organization, kind: changeKind, id: nextUlid(now) };
    const cannot = images.excess();
    if (cannot === undefined) await transaction.put<ChangeImage>(imageKey(key), { documents });
    await transaction.put<ChangeRecord>(key, {
      id: key.id,
      at: new Date(now).toISOString(),
      by: first.actor,
      action: first.action,
      what: changed.slice(0, mostListed).map(({ kind, id }) => ({ kind, id })),
      documents: changed.length,
      until: new Date(now + undoMinutes * 60_000).toISOString(),
      bytes: images.bytes(),
      ...(cannot !== undefined && { cannot }),
    });
    return images.bytes();
  }

  return {
    ...readingOf(store),
    async transaction(work) {
      let bytes = 0;
      const result = await store.transaction(async (transaction) => {
        const memory = { audited: [] as AuditEntry[], images: createImages(transaction) };
        const done = await work(noting(transaction, memory));
        bytes = await keep(transaction, memory);
        return done;
      });
      if (bytes > 0) kept(bytes);
      return result;
    },
  };
}

interface Memory {
  readonly audited: AuditEntry[];
  readonly images: Images;
}

/** The transaction with somebody looking over its shoulder. */
function noting(transaction: StoreTransaction, { audited, images }: Memory): StoreTransaction {
  return {
    get: (key) => transaction.get(key),
    holder: (name) => transaction.holder(name),
    find: (query) => transaction.find(query),
    async put(key, body, options) {
      if (!undoable.has(key.kind)) return await transaction.put(key, body, options);
      await images.before(key, options?.expect === 0);
      const stored = await transaction.put(key, body, options);
      images.after(key, stored.body);
      return stored;
    },
    async delete(key, options) {
      if (undoable.has(key.kind)) await images.before(key, false);
      return await transaction.delete(key, options);
    },
    audit(entry) {
      audited.push(entry);
      transaction.audit(entry);
    },
  };
}

type Former = { -readonly [Field in keyof FormerDocument]: FormerDocument[Field] };
type Images = ReturnType<typeof createImages>;

/** What the documents of one transaction were, as far as that is not too much. */
function createImages(transaction: StoreTransaction) {
  const documents = new Map<string, Former>();
  let size = 0;
  const isTooMuch = () => documents.size > mostDocuments || size > mostBytes;
  return {
    /** To be told before the first write; `isNew`: there is nothing to look for. */
    async before(key: DocumentKey, isNew: boolean): Promise<void> {
      const name = `${key.kind}/${key.id}`;
      if (documents.has(name)) return;
      const { kind, id } = key;
      const former: Former = { kind, id };
      documents.set(name, former);
      if (isNew || isTooMuch()) return;
      const found = await transaction.get(key);
      if (!found) return;
      former.before = found.body;
      size += JSON.stringify(found.body).length;
    },
    after({ kind, id }: DocumentKey, body: unknown): void {
      const document = documents.get(`${kind}/${id}`);
      if (document && !isTooMuch()) document.after = markOf(body);
    },
    documents: (): readonly FormerDocument[] => [...documents.values()],
    excess: () => (isTooMuch() ? `it changed too much at once: ${documents.size} documents` : undefined),
    bytes: () => (isTooMuch() ? 0 : size) + documents.size * 100,
  };
}
