import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

export interface Program {
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Resolves when it has said so; rejects with all that it said when it ends before, or takes too long. */
  says(text: string): Promise<void>;
}

/** Whether this machine has programs of other people's; says loudly which are missing. */
export function hasPrograms(...names: string[]): boolean {
  const missing = names.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
  const cure = "apt-get install --no-install-recommends kamailio sip-tester baresip";
  if (missing.length > 0) console.warn(`NOT TRIED: ${missing.join(", ")} is not installed here; ${cure}`);
  return missing.length === 0;
}

/** Started for this test and ended with it. */
export function startProgram(command: string, args: readonly string[], patienceMs = 15_000): Program {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const changed = new EventTarget();
  let said = "";
  const take = (chunk: Buffer) => {
    said += chunk.toString();
    changed.dispatchEvent(new Event("said"));
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = once(child, "exit").then(([code]) => Number(code ?? -1));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return {
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const fail = (what: string) => reject(new Error(`${command} ${what}:\n${said.slice(-4000)}`));
        const late = setTimeout(() => fail(`never said ${text}`), patienceMs);
        const look = () => {
          if (!said.includes(text)) return;
          clearTimeout(late);
          resolve();
        };
        changed.addEventListener("said", look);
        void ended.then((code) => {
          clearTimeout(late);
          fail(`ended (${code})`);
        });
        look();
      }),
  };
}

/** For a program that does not say when it is ready: looks at Linux's list of sockets, since a packet sent too early is lost. */
export async function listensOverUdp(port: number, patienceMs = 5_000): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(10)) {
    if (new RegExp(`^\\s*\\d+: [0-9A-F]{8}:${hex} `, "m").test(await readFile("/proc/net/udp", "utf8"))) return;
  }
  throw new Error(`nobody listens on UDP port ${port}`);
}
