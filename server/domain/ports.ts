/**
 * What the rest of Offhook may ask of a store. Two implementations stand behind it (embedded, PostgreSQL) and one
 * contract suite runs against both.
 */

/**
 * Where a document lives. Every document carries its organization. Keys and unique names are 1 to 512 bytes without
 * control characters, bodies plain JSON without NUL and lone surrogates; anything else fails with INVALID.
 */
export interface DocumentKey {
  readonly organization: string;
  readonly kind: string;
  readonly id: string;
}

/** A document as stored. `version` starts at 1 and grows by 1 with each write; it is the document's ETag. A deletion ends it. */
export interface StoredDocument<Body = unknown> extends DocumentKey {
  readonly version: number;
  readonly body: Body;
}

export interface PutOptions {
  /**
   * Names that no other document may hold, over all organizations (`mac:001721820542`, `extension:default:9721`).
   * They replace the names this document held before; leaving the option out keeps them.
   * A name held by another document fails the transaction with CONFLICT, `errors[0].code` "taken" and the name as `detail`.
   */
  readonly unique?: readonly string[];
  /** The version that must be there now (0: none). Another one fails the transaction with STALE. */
  readonly expect?: number;
}

export interface FindQuery {
  readonly organization?: string;
  readonly kind: string;
  /** Continue after this id (documents come in order of organization, then id, by code point). */
  readonly after?: { readonly organization: string; readonly id: string };
  /** At most this many; all when absent. */
  readonly limit?: number;
}

/** One entry of the append-only audit. `at` is RFC 3339 UTC. */
export interface AuditEntry {
  readonly at: string;
  readonly organization: string;
  /** Who did it: a token's name or a person's id. */
  readonly actor: string;
  /** What was done, e.g. "device.put". */
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  /** Anything else worth keeping; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** An audit entry as read back; `n` grows with each entry (PostgreSQL may leave gaps). */
export interface StoredAuditEntry extends AuditEntry {
  readonly n: number;
}

export interface StoreReader {
  get<Body>(key: DocumentKey): Promise<StoredDocument<Body> | undefined>;
  /** The document that holds a unique name. */
  holder<Body>(uniqueName: string): Promise<StoredDocument<Body> | undefined>;
  find<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]>;
}

/** A put, delete or audit that fails makes the whole transaction fail, also where the error is swallowed. */
export interface StoreTransaction extends StoreReader {
  put<Body>(key: DocumentKey, body: Body, options?: PutOptions): Promise<StoredDocument<Body>>;
  /** True when there was something to delete. Frees its unique names. */
  delete(key: DocumentKey, options?: Pick<PutOptions, "expect">): Promise<boolean>;
  /** Written with the change it belongs to, or not at all. */
  audit(entry: AuditEntry): void;
}

/**
 * What a committed transaction changed; `body` is absent for a deletion, `version` is then the one it had. With PostgreSQL
 * both may be newer than the commit, and a change may be told again after a lost connection.
 */
export interface StoreChange extends DocumentKey {
  readonly version: number;
  readonly body?: unknown;
}

export interface Store extends StoreReader {
  /**
   * Runs `work` over a consistent view; every put, delete and audit of it is committed together, or none.
   * Resolves only when the commit is on the disk. `work` may be run again (PostgreSQL, serialization conflicts),
   * so it does nothing but read and write the transaction. Whatever it throws aborts and is thrown on unchanged;
   * the driver's own errors come as STORE_UNAVAILABLE, a full disk as STORE_FULL, with `cause`.
   */
  transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>): Promise<Result>;
  /** Called after each commit (by any node), in order, with what changed. Returns the function that ends it. */
  watch(listener: (changes: readonly StoreChange[]) => void): () => void;
  /**
   * False while listeners are not told what other nodes commit: then what is kept by them may be stale. They are told all
   * of it before this is true again. Absent where there are no other nodes.
   */
  hears?(): boolean;
  /** Newest first; `before` continues a listing. */
  readAudit(query: { organization?: string; limit: number; before?: number }): Promise<readonly StoredAuditEntry[]>;
  /** Resolves when the store answers; fails with STORE_UNAVAILABLE when not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The time, as a part that tests can set. Milliseconds since the epoch. */
export type Clock = () => number;
