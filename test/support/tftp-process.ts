import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { compiled } from "./compiled.ts";

/** `offhook serve` as a process of its own whose system grants it few descriptors. Linux only: it is looked at in /proc. */
export interface TftpProcess {
  readonly port: number;
  /** Bytes of memory that it holds. */
  memory(): Promise<number>;
  /** Descriptors that it holds open. */
  descriptors(): Promise<number>;
  /** As an operating system ends it; gives the exit code. */
  stop(): Promise<number | null>;
}

const root = join(import.meta.dirname, "..", "..");

/** Starts it on an empty folder with `files` on the shelf, with at most so many descriptors. */
export async function startTftpProcess(
  folder: string,
  files: Readonly<Record<string, Buffer>>,
  maxDescriptors: number,
): Promise<TftpProcess> {
  await mkdir(join(folder, "firmware"));
  for (const [name, body] of Object.entries(files)) await writeFile(join(folder, "firmware", name), body);
  // Only a shell lowers the limit for good: Node raises its own as far as it may.
  const limited = `ulimit -n ${maxDescriptors} && exec "$@"`;
  const child = spawn("sh", ["-c", limited, "sh", process.execPath, compiled("server/main.ts"), "serve"], {
    // In a folder without an .env file, and with no variable of whoever runs the test.
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      OFFHOOK_HOST: "127.0.0.1",
      OFFHOOK_TFTP_PORT: "0",
      OFFHOOK_PHONE_HTTP_PORT: "0",
      OFFHOOK_ADMIN_PORT: "0",
      OFFHOOK_API_TOKEN: "flood-test-token-0123456789",
      OFFHOOK_DATA: join(folder, "data"),
      OFFHOOK_FIRMWARE: join(folder, "firmware"),
      OFFHOOK_PROFILES: join(root, "profiles"),
      OFFHOOK_TEMPLATES: join(root, "templates"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const status = (name: string) => readFile(`/proc/${child.pid}/${name}`, "utf8");
  const port = await listening(child);
  if (!new RegExp(`^Max open files +${maxDescriptors} `, "m").test(await status("limits"))) {
    throw new Error(`the server may open more than ${maxDescriptors} descriptors`);
  }
  return {
    port,
    // Linux counts in kibibytes: `VmRSS:	  177168 kB`.
    memory: async () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(await status("status"))?.[1]) * 1024,
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    stop: () => stop(child),
  };
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** The TFTP port from the line that says what listens where; whatever else is logged goes nowhere. */
async function listening(child: Child): Promise<number> {
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4000);
  });
  return await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { event?: string; tftp: number };
      if (entry.event === "listening") resolve(entry.tftp);
    });
    child.once("exit", (code, signal) => reject(new Error(`the server ended with ${code ?? signal}: ${complaints}`)));
  });
}

async function stop(child: Child): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const [code] = (await ended) as [number | null];
  return code;
}
