import pg from "pg";
import type { AuditEntry } from "../domain/ports.ts";
import { type BackupRecord, backupStores } from "./backup-records.ts";
import type { EntryRecord } from "./embedded-records.ts";
import { startFailure } from "./postgres-open.ts";

const pageLength = 500;

type DocumentRow = EntryRecord & { readonly unique: readonly string[] };
type AuditRow = AuditEntry & { readonly n: string; readonly detail: AuditEntry["detail"] | null };

/** Everything in the database as it was at one moment, also while nodes write there. */
export async function* exportPostgres(databaseUrl: string): AsyncGenerator<BackupRecord> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "offhook-backup" });
  // What breaks the connection also fails the statement that runs.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const store of backupStores) {
      yield* documentsOf(client, store);
      yield* auditOf(client, store);
    }
  } catch (thrown) {
    throw startFailure(thrown);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function* documentsOf(client: pg.Client, store: BackupRecord["store"]): AsyncGenerator<BackupRecord> {
  let after = ["", "", ""];
  for (;;) {
    const { rows } = await client.query<DocumentRow>(
      `SELECT organization, kind, id, version, body,
              ARRAY(SELECT name FROM unique_names u WHERE u.store = d.store AND u.kind = d.kind
                AND u.organization = d.organization AND u.id = d.id ORDER BY name) AS unique
         FROM documents d WHERE store = $1 AND (kind, organization, id) > ($2, $3, $4)
        ORDER BY kind, organization, id LIMIT $5`,
      [store, ...after, pageLength],
    );
    for (const { unique, body, ...place } of rows) {
      yield { store, document: { ...place, ...(unique.length > 0 && { unique }), body } };
    }
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = [last.kind, last.organization, last.id];
  }
}

async function* auditOf(client: pg.Client, store: BackupRecord["store"]): AsyncGenerator<BackupRecord> {
  let after = "0";
  for (;;) {
    const { rows } = await client.query<AuditRow>(
      `SELECT n, organization, at, actor, action, kind, id, detail FROM audit
        WHERE store = $1 AND n > $2 ORDER BY n LIMIT $3`,
      [store, after, pageLength],
    );
    for (const { n, detail, ...entry } of rows) {
      yield { store, audit: { ...entry, ...(detail !== null && { detail }), n: Number(n) } };
    }
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.n;
  }
}
