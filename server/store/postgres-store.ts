import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { Failure } from "../domain/failures.ts";
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
import { type AuditQuery, readAudit } from "./postgres-audit.ts";
import { announce } from "./postgres-changes.ts";
import { type Ask, findDocuments, getDocument, holderDocument } from "./postgres-documents.ts";
import { isTransactionConflict } from "./postgres-failures.ts";
import { PostgresSession } from "./postgres-session.ts";
import { PostgresTransaction } from "./postgres-transaction.ts";
import type { PostgresWatch } from "./postgres-watch.ts";
import { closedFailure } from "./store-failures.ts";
import { TransactionScope } from "./transaction-scope.ts";
import { Turns } from "./turns.ts";

export interface PostgresStoreParts {
  /** Keeps the documents of this store apart from those of others in the same tables. */
  readonly store: string;
  readonly pool: pg.Pool;
  readonly ask: Ask;
  readonly watch: Pick<PostgresWatch, "awaitOwn" | "forget" | "isHearing">;
  readonly listeners: ChangeListeners;
  release(): Promise<void>;
}

type Work<Result> = (transaction: StoreTransaction) => Promise<Result>;

const mostAttempts = 25;
const longestPause = 200;

/** A store in a PostgreSQL database, which other nodes may use at the same time. */
export class PostgresStore implements Store {
  readonly #parts: PostgresStoreParts;
  readonly #scope = new TransactionScope();
  readonly #retries = new Turns();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(parts: PostgresStoreParts) {
    this.#parts = parts;
  }

  get<Body>(key: DocumentKey): Promise<StoredDocument<Body> | undefined> {
    return this.#whileOpen(({ ask, store }) => getDocument<Body>(ask, store, key));
  }

  holder<Body>(uniqueName: string): Promise<StoredDocument<Body> | undefined> {
    return this.#whileOpen(({ ask, store }) => holderDocument<Body>(ask, store, uniqueName));
  }

  find<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]> {
    return this.#whileOpen(({ ask, store }) => findDocuments<Body>(ask, store, query));
  }

  transaction<Result>(work: Work<Result>): Promise<Result> {
    return this.#whileOpen(async () => {
      this.#scope.refuseNesting();
      return this.#withRetries(() => this.#attempt(work));
    });
  }

  watch(listener: (changes: readonly StoreChange[]) => void): () => void {
    return this.#parts.listeners.add(listener);
  }

  hears(): boolean {
    return this.#parts.watch.isHearing;
  }

  readAudit(query: AuditQuery): Promise<readonly StoredAuditEntry[]> {
    return this.#whileOpen(({ ask, store }) => readAudit(ask, store, query));
  }

  async ping(): Promise<void> {
    await this.#whileOpen(({ ask }) => ask("SELECT 1", []));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#parts.release();
  }

  async #whileOpen<Result>(task: (parts: PostgresStoreParts) => Promise<Result>): Promise<Result> {
    if (this.#closed !== undefined) {
      throw closedFailure();
    }
    const running = task(this.#parts);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** First tries run side by side; those that lost run one after another, so that they do not make each other lose. */
  async #withRetries<Result>(attempt: () => Promise<Result>): Promise<Result> {
    try {
      return await attempt();
    } catch (thrown) {
      return this.#refuseOther(thrown) && this.#retries.run(() => this.#retry(attempt));
    }
  }

  async #retry<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let tried = 1; ; tried += 1) {
      await delay(Math.random() * Math.min(longestPause, 2 ** tried));
      try {
        return await attempt();
      } catch (thrown) {
        if (tried === mostAttempts) {
          throw thrown;
        }
        this.#refuseOther(thrown);
      }
    }
  }

  /** Throws on what it was given, unless it only says that another transaction came between. */
  #refuseOther(thrown: unknown): true {
    if (thrown instanceof Failure && isTransactionConflict(thrown)) {
      return true;
    }
    throw thrown;
  }

  async #attempt<Result>(work: Work<Result>): Promise<Result> {
    const session = await PostgresSession.borrow(this.#parts.pool);
    const transaction = new PostgresTransaction(this.#parts.store, session);
    const token = randomUUID();
    try {
      await session.ask("BEGIN ISOLATION LEVEL SERIALIZABLE");
      const result = await this.#scope.run(() => work(transaction));
      await transaction.guard.finish();
      const told = await this.#commit(session, transaction, token);
      session.giveBack();
      await told.listeners;
      return result;
    } catch (thrown) {
      transaction.guard.abort();
      this.#parts.watch.forget(token);
      await session.rollBack();
      // A conflict is the reason, whatever the work made of it.
      throw session.failure !== undefined && isTransactionConflict(session.failure) ? session.failure : thrown;
    }
  }

  /** Gives what to wait for so that, as with the embedded store, this node's listeners know when the caller does. */
  async #commit(session: PostgresSession, transaction: PostgresTransaction, token: string) {
    const { store, listeners, watch } = this.#parts;
    const changes = [...transaction.changes.values()];
    await transaction.writeAudit();
    await announce((text, values) => session.ask(text, values), store, token, changes);
    const isWatched = changes.length > 0 && listeners.size > 0;
    const told = { listeners: isWatched ? watch.awaitOwn(token) : undefined };
    await session.ask("COMMIT");
    return told;
  }
}
