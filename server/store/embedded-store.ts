import type {
  DocumentKey,
  FindQuery,
  Store,
  StoreChange,
  StoredAuditEntry,
  StoredDocument,
  StoreTransaction,
} from "../domain/ports.ts";
import type { ChangeListeners } from "./change-listeners.ts";
import { checkKey, checkName, checkQuery } from "./document-rules.ts";
import type { AuditTrail } from "./embedded-audit.ts";
import type { Commit, CommitQueue } from "./embedded-commits.ts";
import type { StoreData } from "./embedded-data.ts";
import { EmbeddedDraft, takeDocuments } from "./embedded-draft.ts";
import type { CommitLog } from "./embedded-log.ts";
import { commitLine, type DraftChange } from "./embedded-records.ts";
import type { FolderLock } from "./folder-lock.ts";
import { closedFailure, fileFailure } from "./store-failures.ts";
import { TransactionScope } from "./transaction-scope.ts";
import { Turns } from "./turns.ts";

export interface EmbeddedStoreParts {
  readonly data: StoreData;
  readonly audit: AuditTrail;
  readonly queue: CommitQueue;
  readonly listeners: ChangeListeners;
  readonly lock: Pick<FolderLock, "check">;
  readonly commits: Pick<CommitLog, "check">;
  /** Frees the files; nothing is on its way any more. */
  release(): Promise<void>;
}

interface PreparedCommit {
  readonly number: number;
  readonly line: Buffer;
  readonly changes: readonly DraftChange[];
  readonly entries: readonly StoredAuditEntry[];
}

/** A store over data in memory, whose commits go through the queue to the log. */
export class EmbeddedStore implements Store {
  readonly #parts: EmbeddedStoreParts;
  readonly #turns = new Turns();
  readonly #scope = new TransactionScope();
  #closed: Promise<void> | undefined;

  constructor(parts: EmbeddedStoreParts) {
    this.#parts = parts;
  }

  get<Body>(key: DocumentKey): Promise<StoredDocument<Body> | undefined> {
    return this.#settled(key.kind, () => {
      checkKey(key);
      return this.#parts.data.get(key)?.document as StoredDocument<Body> | undefined;
    });
  }

  holder<Body>(uniqueName: string): Promise<StoredDocument<Body> | undefined> {
    return this.#settled(undefined, () => {
      checkName(uniqueName);
      return this.#parts.data.holder(uniqueName)?.document as StoredDocument<Body> | undefined;
    });
  }

  find<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]> {
    return this.#settled(query.kind, () => {
      checkQuery(query);
      return takeDocuments<Body>(this.#parts.data.walk(query), query.limit);
    });
  }

  async transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>): Promise<Result> {
    this.#refuseWhenClosed();
    this.#scope.refuseNesting();
    const { result, settled } = await this.#turns.run(() => this.#attempt(work));
    const failure = await settled;
    if (failure !== undefined) {
      throw failure;
    }
    return result;
  }

  watch(listener: (changes: readonly StoreChange[]) => void): () => void {
    return this.#parts.listeners.add(listener);
  }

  async readAudit(query: {
    organization?: string;
    limit: number;
    before?: number;
  }): Promise<readonly StoredAuditEntry[]> {
    const view = await this.#settled(undefined, () => this.#parts.audit.view());
    return this.#parts.audit.read(view, query);
  }

  async ping(): Promise<void> {
    this.#refuseWhenClosed();
    this.#parts.lock.check();
    await this.#parts.commits.check().catch((thrown) => Promise.reject(fileFailure(thrown)));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#turns.run(() => this.#parts.queue.drained());
    await this.#parts.release();
  }

  /**
   * Commits are in memory a moment before they are on the disk. A read that may have seen such a one waits for it, and
   * looks again where it was undone.
   */
  async #settled<Result>(kind: string | undefined, read: () => Result): Promise<Result> {
    for (;;) {
      this.#refuseWhenClosed();
      const settling = this.#parts.queue.settling(kind);
      const result = read();
      if (settling === undefined || (await settling) === undefined) {
        return result;
      }
    }
  }

  /** Runs the work and hands its commit to the queue; the next transaction may begin before it is on the disk. */
  async #attempt<Result>(work: (transaction: StoreTransaction) => Promise<Result>) {
    const { data, queue, lock } = this.#parts;
    const draft = new EmbeddedDraft(data);
    const { lastFailure } = queue;
    const result = await this.#runWork(draft, work);
    const prepared = await prepareCommit(draft, data);
    if (queue.lastFailure !== lastFailure) {
      // Commits that this one was built on have been undone.
      throw queue.lastFailure;
    }
    if (prepared === undefined) {
      // What it read, and what it therefore did not do, must not come from a commit that is undone.
      return { result, settled: queue.settling() };
    }
    lock.check();
    return { result, settled: queue.push(this.#apply(prepared)) };
  }

  async #runWork<Result>(draft: EmbeddedDraft, work: (transaction: StoreTransaction) => Promise<Result>) {
    try {
      const result = await this.#scope.run(() => work(draft));
      await draft.guard.finish();
      return result;
    } finally {
      draft.guard.abort();
    }
  }

  /** Puts a commit into memory; nothing here can fail or wait. */
  #apply({ number, line, changes, entries }: PreparedCommit): Commit {
    const { data, audit } = this.#parts;
    const former = { commit: data.commit, audit: data.audit };
    const before = data.apply(changes);
    Object.assign(data, { commit: number, audit: former.audit + entries.length });
    audit.add(entries);
    return {
      number,
      line,
      kinds: new Set(changes.map(({ key }) => key.kind)),
      changes: changes.map(({ announced }) => announced),
      undo() {
        data.apply(before);
        audit.remove(entries.length);
        Object.assign(data, former);
      },
    };
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== undefined) {
      throw closedFailure();
    }
  }
}

/** The commit of a draft, not yet applied; undefined when it changes nothing. */
async function prepareCommit(draft: EmbeddedDraft, data: StoreData): Promise<PreparedCommit | undefined> {
  const changes = [...draft.changes.values()];
  if (changes.length === 0 && draft.audited.length === 0) {
    return undefined;
  }
  const number = data.commit + 1;
  const entries = draft.audited.map((entry, index) => Object.freeze({ ...entry, n: data.audit + 1 + index }));
  return { number, line: await commitLine(number, changes, entries, draft.breath), changes, entries };
}
