import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { BootServer } from "../../server/simulate/asking.ts";
import { compiled } from "../support/compiled.ts";
import type { SettledMemory } from "./settled-memory.ts";

/** `offhook serve` as a process of its own, that can be killed. Its ports are others after each start. */
export interface ServerProcess {
  /** Where phones find it. */
  readonly phones: BootServer;
  /** A request to /api/v1. Rejects with a TypeError when the server is gone, with an Error when it refuses. */
  call<Body>(method: string, path: string, body?: object): Promise<Body>;
  /** At once, as a power cut ends it. */
  kill(): Promise<void>;
  /** As an operating system ends it; gives the exit code. Rejects with what it complained of when it crashes. */
  stop(): Promise<number>;
  /** Bytes of memory that it holds. */
  memory(): Promise<number>;
  /** The same, and what is alive in it, after its garbage was collected. */
  settledMemory(): Promise<SettledMemory>;
  /** Descriptors that it holds open. */
  descriptors(): Promise<number>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

interface Ports {
  readonly tftp: number;
  readonly phoneHttp: readonly number[];
  readonly admin: number;
}

const root = join(import.meta.dirname, "..", "..");
/** Megabytes. In a small heap garbage is collected soon, so that the memory of the process shows what is really held. */
const smallHeap = ["--max-semi-space-size=8", "--max-old-space-size=256"];
/** Lets the test have the garbage collected, so that it measures what is held and not when the collector last came. */
const settling = () => ["--expose-gc", "--import", compiled("test/long/settled-memory.ts")];
const settleWithinMs = 10_000;
const token = "long-test-token-0123456789";
const host = "127.0.0.1";

/**
 * Starts the server on a data folder. It may hold so many descriptors; as many as this process when absent. `variables`
 * are given to it beside those that it needs, and the modules of `before`, named from the root, are loaded before its own.
 */
export async function startServer(
  folder: string,
  mostDescriptors?: number,
  variables: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Promise<ServerProcess> {
  const limit = mostDescriptors === undefined ? "" : `ulimit -n ${mostDescriptors} && `;
  const flags = [...smallHeap, ...settling(), ...before.flatMap((name) => ["--import", compiled(name)])];
  const command = [process.execPath, ...flags, compiled("server/main.ts"), "serve"];
  const child = spawn("/bin/sh", ["-c", `${limit}exec "$@"`, "sh", ...command], {
    // In a folder without an .env file, and with no variable of whoever runs the test.
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      OFFHOOK_HOST: host,
      OFFHOOK_TFTP_PORT: "0",
      OFFHOOK_PHONE_HTTP_PORT: "0",
      OFFHOOK_ADMIN_PORT: "0",
      OFFHOOK_API_TOKEN: token,
      OFFHOOK_DATA: join(folder, "data"),
      OFFHOOK_FIRMWARE: join(folder, "firmware"),
      OFFHOOK_PROFILES: join(root, "profiles"),
      OFFHOOK_TEMPLATES: join(root, "templates"),
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  }) as Child;
  const complaints = lastWords(child);
  const { tftp, phoneHttp, admin } = await listening(child, complaints);
  return {
    phones: { host, tftpPort: tftp, ...(phoneHttp[0] !== undefined && { httpPort: phoneHttp[0] }) },
    call: (method, path, body) => call(admin, method, path, body),
    kill: async () => void (await end(child, "SIGKILL")),
    stop: async () => {
      const { code, signal } = await end(child, "SIGTERM");
      if (code === null) throw new Error(`the server ended with ${signal}: ${complaints()}`);
      return code;
    },
    memory: () => residentBytes(child),
    settledMemory: () => settledMemory(child),
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
  };
}

/** The end of what it has written for people who look for a fault. */
function lastWords(child: Child): () => string {
  let text = "";
  child.stderr.on("data", (more: Buffer) => {
    text = (text + more.toString()).slice(-4000);
  });
  return () => text;
}

/** The ports from the line that says what listens where; whatever else is logged goes nowhere. */
async function listening(child: Child, complaints: () => string): Promise<Ports> {
  return await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { event?: string } & Ports;
      if (entry.event === "listening") resolve(entry);
    });
    child.once("exit", (code, signal) => reject(new Error(`the server ended with ${code ?? signal}: ${complaints()}`)));
  });
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function end(child: Child, how: "SIGKILL" | "SIGTERM"): Promise<End> {
  if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode };
  const ended = once(child, "exit");
  child.kill(how);
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

async function call<Body>(port: number, method: string, path: string, body?: object): Promise<Body> {
  const reply = await fetch(`http://${host}:${port}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path} ended in ${reply.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as Body;
}

/** Linux counts in kibibytes: `VmRSS:	  177168 kB`. */
async function residentBytes({ pid }: Child): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

async function settledMemory(child: Child): Promise<SettledMemory> {
  const answer = once(child, "message", { signal: AbortSignal.timeout(settleWithinMs) });
  child.send("settle");
  const [settled] = (await answer) as [SettledMemory];
  return settled;
}
