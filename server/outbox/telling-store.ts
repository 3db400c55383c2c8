import type { DocumentKey, Store, StoreReader, StoreTransaction } from "../domain/ports.ts";
import { readingOf } from "../domain/store-reading.ts";
import type { News, QueueNews } from "./entries.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** One document that a transaction wrote or removed. */
export interface Change {
  readonly key: DocumentKey;
  readonly before: unknown;
  /** Undefined where it was removed. */
  readonly after: unknown;
  /** The transaction: a second connection in the middle of it could be one too many. */
  readonly reader: StoreReader;
}

/** What there is to tell of a change, by the kind of document. */
export type Sources = Readonly<Record<string, (change: Change) => readonly News[] | Promise<readonly News[]>>>;

/**
 * The same store, whose transactions also write what web hooks are to be told of them: both are committed together, so
 * that nothing is told that did not happen, and nothing is lost. Costs nothing while there is no web hook.
 */
export function tellingStore(store: Store, hooks: Subscriptions, queue: QueueNews, sources: Sources): Store {
  return {
    ...readingOf(store),
    async transaction(work) {
      if (hooks.isEmpty()) return await store.transaction(work);
      return await store.transaction(async (transaction) => {
        const changes: Change[] = [];
        const result = await work(noting(transaction, sources, changes));
        for (const change of changes)
          for (const news of (await sources[change.key.kind]?.(change)) ?? []) await queue(transaction, news);
        return result;
      });
    },
  };
}

/** The transaction with somebody looking over its shoulder. */
function noting(transaction: StoreTransaction, sources: Sources, changes: Change[]): StoreTransaction {
  const isSource = ({ kind }: DocumentKey) => Object.hasOwn(sources, kind);
  return {
    get: (key) => transaction.get(key),
    holder: (name) => transaction.holder(name),
    find: (query) => transaction.find(query),
    async put(key, body, options) {
      if (!isSource(key)) return await transaction.put(key, body, options);
      const before = (await transaction.get(key))?.body;
      const stored = await transaction.put(key, body, options);
      changes.push({ key, before, after: stored.body, reader: transaction });
      return stored;
    },
    async delete(key, options) {
      if (!isSource(key)) return await transaction.delete(key, options);
      const before = (await transaction.get(key))?.body;
      const isGone = await transaction.delete(key, options);
      if (isGone) changes.push({ key, before, after: undefined, reader: transaction });
      return isGone;
    },
    audit: (entry) => transaction.audit(entry),
  };
}
