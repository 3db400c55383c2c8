import pg from "pg";
import { Failure } from "../domain/failures.ts";
import type { Store } from "../domain/ports.ts";
import { ChangeListeners } from "./change-listeners.ts";
import type { Ask } from "./postgres-documents.ts";
import { databaseFailure } from "./postgres-failures.ts";
import { migrate } from "./postgres-migrate.ts";
import { PostgresStore } from "./postgres-store.ts";
import { PostgresWatch } from "./postgres-watch.ts";
import type { StoreLog } from "./store-log.ts";

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly log: StoreLog;
  /** How often the listening connection is tried, in milliseconds; 10 seconds when absent. */
  readonly beatMilliseconds?: number;
}

/** Nobody waits longer than this for the database. */
const connectMilliseconds = 5_000;
const statementMilliseconds = 5_000;
/** A step over many documents takes its time, and so does waiting for another node's. */
const migrationMilliseconds = 120_000;

/** Opens both stores in one database, whose structure is brought up to date first. */
export async function openPostgresStores(options: PostgresOptions): Promise<{ config: Store; presence: Store }> {
  const { databaseUrl, log, beatMilliseconds = 10_000 } = options;
  if (!URL.canParse(databaseUrl)) {
    // Without a cause: the driver's own error would show the password.
    throw new Failure("STORE_UNAVAILABLE", "the database's address is not a URL (postgres://user:password@host/name)");
  }
  await prepareDatabase(databaseUrl, log);
  const pool = createPool(databaseUrl, log);
  const ask = asker(pool);
  const config = new ChangeListeners("config", log);
  const presence = new ChangeListeners("presence", log);
  const listeners = new Map(Object.entries({ config, presence }));
  const createClient = () => new pg.Client(connection(databaseUrl));
  const watch = new PostgresWatch({ createClient, ask, listeners, log, beatMilliseconds });
  await watch.start().catch(async (thrown) => {
    await pool.end();
    throw startFailure(thrown);
  });
  const open = new Set(listeners.keys());
  const releaseOf = (store: string) => async () => {
    open.delete(store);
    if (open.size === 0) {
      await watch.close();
      await pool.end();
    }
  };
  const shared = { pool, ask, watch };
  return {
    config: new PostgresStore({ ...shared, store: "config", listeners: config, release: releaseOf("config") }),
    presence: new PostgresStore({ ...shared, store: "presence", listeners: presence, release: releaseOf("presence") }),
  };
}

/** Brings the structure of a database up to date, or makes it. */
export async function prepareDatabase(databaseUrl: string, log: StoreLog): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectMilliseconds,
    statement_timeout: migrationMilliseconds,
  });
  // What breaks the connection also fails the statement that runs.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await migrate(client, log);
  } catch (thrown) {
    throw startFailure(thrown);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function createPool(databaseUrl: string, log: StoreLog): pg.Pool {
  const pool = new pg.Pool({ ...connection(databaseUrl), max: 10, idle_in_transaction_session_timeout: 30_000 });
  pool.on("error", (err) => log.warn({ event: "store-connection-lost", err }, "an idle database connection was lost"));
  return pool;
}

function connection(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: "offhook",
    connectionTimeoutMillis: connectMilliseconds,
    statement_timeout: statementMilliseconds,
    // The driver's own limit, for a database that does not even say that the statement took too long.
    query_timeout: statementMilliseconds + 1_000,
    keepAlive: true,
  };
}

function asker(pool: pg.Pool): Ask {
  return async <Row>(text: string, values: readonly unknown[]) => {
    try {
      const { rows } = await pool.query(text, [...values]);
      return rows as Row[];
    } catch (thrown) {
      throw databaseFailure(thrown);
    }
  };
}

/** What is thrown when a database cannot be worked with from the beginning. */
export function startFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  // Where a name has several addresses the error has no message, only a code.
  const { message = "", code = "" } = thrown as NodeJS.ErrnoException;
  return new Failure("STORE_UNAVAILABLE", `the database did not answer: ${message || code}`, { cause: thrown });
}
