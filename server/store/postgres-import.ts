import pg from "pg";
import { Failure } from "../domain/failures.ts";
import type { StoredAuditEntry } from "../domain/ports.ts";
import { type BackupRecord, type RestorePlace, replaceAdvice } from "./backup-records.ts";
import type { EntryRecord } from "./embedded-records.ts";
import { insertAudit } from "./postgres-audit.ts";
import type { Ask } from "./postgres-documents.ts";
import { prepareDatabase, startFailure } from "./postgres-open.ts";
import type { StoreLog } from "./store-log.ts";

export interface PostgresImport extends RestorePlace {
  readonly databaseUrl: string;
  readonly log: StoreLog;
}

/** Records of one store and one sort that are written together. */
interface Batch {
  readonly store: BackupRecord["store"];
  readonly documents: EntryRecord[];
  readonly audit: StoredAuditEntry[];
}

const batchLength = 500;

/**
 * Puts the records in place of what the database holds, in one transaction: when anything fails (the records too), nothing
 * was changed. Audit entries get new numbers, in their order. Fails with STORE_UNAVAILABLE while nodes run on the
 * database, with CONFLICT where data is that may not be replaced.
 */
export async function importPostgres(target: PostgresImport, records: AsyncIterable<BackupRecord>): Promise<void> {
  const { databaseUrl, log } = target;
  await prepareDatabase(databaseUrl, log);
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "offhook-restore" });
  // What breaks the connection also fails the statement that runs.
  client.on("error", () => undefined);
  const ask: Ask = async <Row>(text: string, values: readonly unknown[]) =>
    (await client.query(text, [...values])).rows as Row[];
  try {
    await client.connect();
    await client.query("BEGIN");
    await clear(ask, target);
    await writeAll(ask, records);
    await client.query("COMMIT");
  } catch (thrown) {
    throw thrown instanceof pg.DatabaseError ? startFailure(thrown) : thrown;
  } finally {
    // A transaction that was not committed ends with its connection.
    await client.end().catch(() => undefined);
  }
}

async function clear(ask: Ask, { replace }: PostgresImport): Promise<void> {
  const nodes = await ask(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'offhook'",
    [],
  );
  if (nodes.length > 0) {
    const detail = `Offhook runs on the database (${nodes.length} connections). Stop every node, then restore.`;
    throw new Failure("STORE_UNAVAILABLE", detail);
  }
  await ask("LOCK TABLE documents, unique_names, removals, audit IN ACCESS EXCLUSIVE MODE", []);
  const [{ holds } = { holds: true }] = await ask<{ holds: boolean }>(
    "SELECT EXISTS (SELECT FROM documents) AS holds",
    [],
  );
  if (holds && !replace) {
    throw new Failure("CONFLICT", `the database holds data. ${replaceAdvice}`);
  }
  await ask("TRUNCATE documents, unique_names, removals, audit", []);
}

async function writeAll(ask: Ask, records: AsyncIterable<BackupRecord>): Promise<void> {
  let batch: Batch | undefined;
  for await (const record of records) {
    if (batch !== undefined && (batch.store !== record.store || isFull(batch))) {
      await writeBatch(ask, batch);
      batch = undefined;
    }
    batch ??= { store: record.store, documents: [], audit: [] };
    if ("audit" in record) {
      batch.audit.push(record.audit);
    } else {
      batch.documents.push(record.document);
    }
  }
  if (batch !== undefined) {
    await writeBatch(ask, batch);
  }
}

function isFull({ documents, audit }: Batch): boolean {
  return documents.length + audit.length >= batchLength;
}

async function writeBatch(ask: Ask, { store, documents, audit }: Batch): Promise<void> {
  const column = <Name extends keyof EntryRecord>(name: Name) => documents.map((each) => each[name]);
  const keys = [column("organization"), column("kind"), column("id")];
  await ask(
    `INSERT INTO documents (store, organization, kind, id, version, body)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::json[])`,
    [store, ...keys, column("version"), documents.map(({ body }) => JSON.stringify(body))],
  );
  const named = documents.flatMap((each) => (each.unique ?? []).map((name) => ({ ...each, name })));
  await ask(
    `INSERT INTO unique_names (store, organization, kind, id, name)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])`,
    [
      store,
      named.map(({ organization }) => organization),
      named.map(({ kind }) => kind),
      named.map(({ id }) => id),
      named.map(({ name }) => name),
    ],
  );
  await insertAudit(ask, store, audit);
}
