import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { compiled } from "./compiled.ts";

type Said = Readonly<Record<string, unknown>>;

/** A process that says one object on a line. */
export interface TalkingProcess {
  readonly child: ChildProcess;
  /** The next object that has these fields, after the one that was given before; rejects when the process ends first. */
  says<Object extends Said>(fields: Said, patienceMs?: number): Promise<Object>;
  /** All that it said so far. */
  readonly said: readonly Said[];
}

/** `offhook …` over real pipes; killed with the test. */
export function startOffhook(parameters: readonly string[], env: Record<string, string> = {}): TalkingProcess {
  const { PATH = "" } = process.env;
  const command = [compiled("server/main.ts"), ...parameters];
  const child = spawn(process.execPath, command, { env: { PATH, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const said: Said[] = [];
  const changed = new EventTarget();
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.push(JSON.parse(line) as Said);
    changed.dispatchEvent(new Event("said"));
  });
  const ended = once(child, "close").then(() => changed.dispatchEvent(new Event("ended")));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let next = 0;

  function says<Object extends Said>(fields: Said, patienceMs = 20_000): Promise<Object> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => end("did not say"), patienceMs);
      const stop = () => {
        clearTimeout(late);
        changed.removeEventListener("said", look);
        changed.removeEventListener("ended", gone);
      };
      const end = (what: string) => {
        stop();
        const last = said.slice(-10).map((each) => JSON.stringify(each));
        reject(new Error(`offhook ${parameters[0]} ${what} ${JSON.stringify(fields)}:\n${last.join("\n")}\n${errors}`));
      };
      const gone = () => end("ended before it said");
      const look = () => {
        const at = said.findIndex((each, index) => index >= next && hasAll(each, fields));
        if (at < 0) return;
        stop();
        next = at + 1;
        resolve(said[at] as Object);
      };
      changed.addEventListener("said", look);
      changed.addEventListener("ended", gone);
      look();
    });
  }

  return { child, said, says };
}

function hasAll(said: Said, fields: Said): boolean {
  return Object.entries(fields).every(([name, value]) => said[name] === value);
}
