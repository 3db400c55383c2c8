import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The servers that people use today, each over a folder with the same bytes, for as long as the bench runs. */
export interface Beside {
  readonly who: string;
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The server, or in one line why it does not run beside and how to have it. */
type Start = (root: string) => Promise<Beside | string>;

const host = "127.0.0.1";
/** dnsmasq knows no port for TFTP but 69; on an address of its own it is in nobody's way. */
const dnsmasqHost = "127.0.0.2";

export const startTftpd: Start = async (root) => {
  const program = find("in.tftpd");
  if (program === undefined) return missing("tftpd-hpa", "tftpd-hpa");
  if (!isRoot()) return mustBeRoot("tftpd-hpa", "changes its user");
  const port = await freeUdpPort();
  const options = ["--foreground", "--address", `${host}:${port}`, "--user", "nobody", "--secure", root];
  return running("tftpd-hpa", host, port, spawn(program, options, { stdio: "ignore" }));
};

export const startDnsmasq: Start = async (root) => {
  const program = find("dnsmasq");
  if (program === undefined) return missing("dnsmasq", "dnsmasq-base");
  if (!isRoot()) return mustBeRoot("dnsmasq", "serves TFTP at port 69 only");
  const options = ["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--user=nobody"];
  const tftp = ["--bind-interfaces", `--listen-address=${dnsmasqHost}`, "--enable-tftp", "--tftp-max=1000"];
  const quiet = ["--quiet-tftp", "--log-facility=/dev/null", `--tftp-root=${root}`];
  const child = spawn(program, [...options, ...tftp, ...quiet], { stdio: "ignore" });
  return running("dnsmasq", dnsmasqHost, 69, child);
};

export const startNginx: Start = async (root) => {
  const program = find("nginx");
  if (program === undefined) return missing("nginx", "nginx-light");
  const folder = await mkdtemp(join(tmpdir(), "offhook-nginx-"));
  const port = await freeTcpPort();
  await writeFile(join(folder, "nginx.conf"), nginxConfiguration(folder, root, port));
  const options = ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
  const child = spawn(program, options, { stdio: "ignore" });
  await answers(port);
  return running("nginx, 1 worker", host, port, child, () => rm(folder, { recursive: true, force: true }));
};

/** One worker, nothing logged, the file's bytes by sendfile: nginx as it is fast. */
function nginxConfiguration(folder: string, root: string, port: number): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder};`);
  return [
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid;`,
    "events { worker_connections 4096; }",
    `http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; ${paths.join(" ")}`,
    `  server { listen ${host}:${port}; root ${root}; }`,
    "}",
  ].join("\n");
}

async function running(
  who: string,
  address: string,
  port: number,
  child: ChildProcess,
  after: () => Promise<void> = async () => {},
): Promise<Beside | string> {
  const ended = once(child, "exit");
  // Also when somebody ends the bench early.
  process.once("exit", () => child.kill());
  const early = await Promise.race([ended.then(([code]) => code as number | null), settle()]);
  if (early !== undefined) {
    await after();
    return `Not beside it: ${who} ended with ${early}`;
  }
  return {
    who,
    host: address,
    port,
    async close() {
      child.kill();
      await ended;
      await after();
    },
  };
}

/** Time for a server to find that it cannot have its port. */
function settle(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 300));
}

function find(name: string): string | undefined {
  return [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

function missing(who: string, packageName: string): string {
  return `Not beside it: ${who}; to have it: sudo apt-get install --no-install-recommends ${packageName}`;
}

function mustBeRoot(who: string, why: string): string {
  return `Not beside it: ${who} ${why} and must be started by root`;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until somebody takes connections there, five seconds at most. */
async function answers(port: number): Promise<void> {
  for (const endAt = performance.now() + 5000; performance.now() < endAt; ) {
    const socket = connect(port, host);
    const opened = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (opened) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
