import type {
  AuditEntry,
  DocumentKey,
  FindQuery,
  PutOptions,
  StoreChange,
  StoredDocument,
  StoreTransaction,
} from "../domain/ports.ts";
import { checkKey, checkName, keyText, plainKey } from "./document-rules.ts";
import { jsonCopy } from "./json-copy.ts";
import { insertAudit } from "./postgres-audit.ts";
import { findDocuments, getDocument, holderDocument } from "./postgres-documents.ts";
import type { PostgresSession } from "./postgres-session.ts";
import { staleFailure, takenFailure } from "./store-failures.ts";
import { TransactionGuard } from "./transaction-guard.ts";

/** A transaction in the database, over one connection. */
export class PostgresTransaction implements StoreTransaction {
  readonly guard = new TransactionGuard();
  /** In order of each document's last write. */
  readonly changes = new Map<string, StoreChange>();
  readonly #store: string;
  readonly #session: PostgresSession;
  readonly #audited: AuditEntry[] = [];

  constructor(store: string, session: PostgresSession) {
    this.#store = store;
    this.#session = session;
  }

  get<Body>(key: DocumentKey): Promise<StoredDocument<Body> | undefined> {
    return this.guard.read(() => getDocument<Body>(this.#ask, this.#store, key));
  }

  holder<Body>(uniqueName: string): Promise<StoredDocument<Body> | undefined> {
    return this.guard.read(() => holderDocument<Body>(this.#ask, this.#store, uniqueName));
  }

  find<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]> {
    return this.guard.read(() => findDocuments<Body>(this.#ask, this.#store, query));
  }

  put<Body>(key: DocumentKey, body: Body, options: PutOptions = {}): Promise<StoredDocument<Body>> {
    return this.guard.write(async () => {
      checkKey(key);
      options.unique?.forEach(checkName);
      const copy = jsonCopy(body);
      const version = await this.#write(key, copy.text, options.expect);
      if (options.unique !== undefined) {
        await this.#name(key, options.unique);
      }
      const document = Object.freeze({ ...plainKey(key), version, body: copy.value });
      this.#record(document);
      return document;
    });
  }

  delete(key: DocumentKey, options: Pick<PutOptions, "expect"> = {}): Promise<boolean> {
    return this.guard.write(async () => {
      checkKey(key);
      const [gone] = await this.#ask<{ version: number }>(
        `WITH gone AS (
           DELETE FROM documents
           WHERE store = $1 AND kind = $2 AND organization = $3 AND id = $4 AND version = coalesce($5, version)
           RETURNING version),
         released AS (
           DELETE FROM unique_names
           WHERE store = $1 AND kind = $2 AND organization = $3 AND id = $4 AND EXISTS (SELECT FROM gone)),
         remembered AS (
           INSERT INTO removals (store, kind, organization, id, version) SELECT $1, $2, $3, $4, version FROM gone
           ON CONFLICT (store, kind, organization, id)
           DO UPDATE SET version = excluded.version, removed_at = clock_timestamp())
         SELECT version FROM gone`,
        [...this.#place(key), options.expect ?? null],
      );
      if (gone !== undefined) {
        this.#record(Object.freeze({ ...plainKey(key), version: gone.version }));
      } else {
        await this.#refuseStale(key, options.expect);
      }
      return gone !== undefined;
    });
  }

  audit(entry: AuditEntry): void {
    this.guard.refuseWhenEnded();
    try {
      this.#audited.push(jsonCopy(entry).value);
    } catch (thrown) {
      this.guard.fail(thrown);
      throw thrown;
    }
  }

  /** Writes the audit entries; the last thing before the commit. */
  async writeAudit(): Promise<void> {
    if (this.#audited.length > 0) {
      await insertAudit(this.#ask, this.#store, this.#audited);
    }
  }

  /** Returns the new version. */
  async #write(key: DocumentKey, text: string, expect: number | undefined): Promise<number> {
    const values = [...this.#place(key), text, ...(expect ? [expect] : [])];
    const [row] = await this.#ask<{ version: number }>(writeStatement(expect), values);
    return row?.version ?? this.#refuseStale(key, expect);
  }

  /** Gives the document exactly these names. */
  async #name(key: DocumentKey, names: readonly string[]): Promise<void> {
    const taken = await this.#ask<{ name: string }>(
      `WITH released AS (
         DELETE FROM unique_names
         WHERE store = $1 AND kind = $2 AND organization = $3 AND id = $4 AND NOT (name = ANY ($5))),
       taken AS (
         INSERT INTO unique_names (store, name, kind, organization, id)
         SELECT $1, name, $2, $3, $4 FROM unnest($5::text[]) AS name
         ON CONFLICT DO NOTHING)
       SELECT name FROM unique_names JOIN unnest($5::text[]) WITH ORDINALITY AS asked (name, place) USING (name)
       WHERE store = $1 AND (kind, organization, id) <> ($2, $3, $4) ORDER BY place`,
      [...this.#place(key), names],
    );
    if (taken.length > 0) {
      throw takenFailure([...new Set(taken.map(({ name }) => name))]);
    }
  }

  /** Throws when the document is not at the version that was expected; gives the version it is at. */
  async #refuseStale(key: DocumentKey, expect: number | undefined): Promise<number> {
    const version = (await getDocument(this.#ask, this.#store, key))?.version ?? 0;
    if (expect !== undefined && expect !== version) {
      throw staleFailure(key, expect, version);
    }
    return version;
  }

  #record(change: StoreChange): void {
    const text = keyText(change);
    this.changes.delete(text);
    this.changes.set(text, change);
  }

  #place({ kind, organization, id }: DocumentKey): readonly string[] {
    return [this.#store, kind, organization, id];
  }

  readonly #ask = <Row>(text: string, values: readonly unknown[]): Promise<Row[]> => this.#session.ask(text, values);
}

/** Writes a document whatever is there, only where nothing is (0), or only over the expected version ($6). */
function writeStatement(expect: number | undefined): string {
  const insert = "INSERT INTO documents (store, kind, organization, id, version, body) VALUES ($1, $2, $3, $4, 1, $5)";
  const change = "SET version = documents.version + 1, body = $5, changed_at = clock_timestamp()";
  if (expect === undefined) {
    return `${insert} ON CONFLICT (store, kind, organization, id) DO UPDATE ${change} RETURNING version`;
  }
  if (expect === 0) {
    return `${insert} ON CONFLICT DO NOTHING RETURNING version`;
  }
  return `UPDATE documents ${change}
    WHERE store = $1 AND kind = $2 AND organization = $3 AND id = $4 AND version = $6 RETURNING version`;
}
