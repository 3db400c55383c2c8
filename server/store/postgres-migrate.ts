import type pg from "pg";
import { Failure } from "../domain/failures.ts";
import { type Migration, migrations } from "./postgres-migrations.ts";
import type { StoreLog } from "./store-log.ts";

/** Any number that nothing else in the database locks. */
const lockNumber = 6_970_069;
/** For how long removed documents are remembered for nodes that were cut off. */
const remembered = "7 days";

/**
 * Brings the database's structure up to date, one node at a time. Throws STORE_UNAVAILABLE for a database that is not
 * UTF-8 or that a newer Offhook has changed.
 */
export async function migrate(client: pg.ClientBase, log: StoreLog): Promise<void> {
  await refuseEncoding(client);
  await client.query("SELECT pg_advisory_lock($1)", [lockNumber]);
  try {
    await client.query(
      "CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const { rows } = await client.query<{ name: string }>("SELECT name FROM schema_migrations");
    const applied = new Set(rows.map(({ name }) => name));
    refuseUnknown(applied);
    for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
      await apply(client, migration);
      log.info({ event: "store-migrated", migration: migration.name }, "the database has a new structure");
    }
    await client.query("DELETE FROM removals WHERE removed_at < now() - $1::interval", [remembered]);
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [lockNumber]);
  }
}

async function apply(client: pg.ClientBase, { name, sql }: Migration): Promise<void> {
  // Several statements in one query are one transaction.
  await client.query(`BEGIN; ${sql}; INSERT INTO schema_migrations (name) VALUES ('${name}'); COMMIT`);
}

function refuseUnknown(applied: ReadonlySet<string>): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const detail = `the database was changed by a newer Offhook (${unknown.join(", ")}); start that version`;
    throw new Failure("STORE_UNAVAILABLE", detail);
  }
}

async function refuseEncoding(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>("SHOW server_encoding");
  const encoding = rows[0]?.server_encoding;
  if (encoding !== "UTF8") {
    throw new Failure("STORE_UNAVAILABLE", `the database's encoding is ${encoding}; Offhook needs one made with UTF8`);
  }
}
