import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { expect, test } from "vitest";
import { openEmbeddedStores } from "../../server/store/embedded-open.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Two data folders, side by side, each through a hundred power cuts at random moments of commits and folds. */

const rounds = 100;
/** Milliseconds after the first answer; a fold comes about every five. */
const longestLife = 150;
const child = new URL("../contract/store-child.ts", import.meta.url).pathname;
const counters = ["a", "b", "c", "d"];

interface Outcome {
  readonly lost: readonly string[];
  readonly answers: number;
}

/** Lets the child commit for a while, kills it, and gives the last answer for each counter. */
async function runAndKill(dataFolder: string): Promise<Map<string, number>> {
  const running = spawn(process.execPath, ["--import", "tsx", child, dataFolder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(running, "exit");
  const answered = new Map<string, number>();
  let isTimed = false;
  for await (const line of createInterface({ input: running.stdout })) {
    const [id = "", version] = line.split(" ");
    answered.set(id, Number(version));
    if (!isTimed) {
      isTimed = true;
      void pause(Math.random() * longestLife).then(() => running.kill("SIGKILL"));
    }
  }
  expect(await ended).toEqual([null, "SIGKILL"]);
  return answered;
}

/** The version of each counter after a start, and that the audit has each commit of `config` once and in order. */
async function look(dataFolder: string): Promise<Map<string, number>> {
  const { config, presence } = await openEmbeddedStores({ dataFolder, log: pino({ level: "silent" }) });
  const found = new Map<string, number>();
  for (const id of counters) {
    const store = id === "d" ? presence : config;
    const document = await store.get({ organization: "default", kind: "counter", id });
    found.set(id, document?.version ?? 0);
  }
  const commits = ["a", "b", "c"].reduce((sum, id) => sum + (found.get(id) ?? 0), 0);
  const [last] = await config.readAudit({ limit: 1 });
  expect(last?.n ?? 0).toBe(commits);
  await Promise.all([config.close(), presence.close()]);
  return found;
}

async function killOften(dataFolder: string): Promise<Outcome> {
  const lost: string[] = [];
  let answers = 0;
  let before = new Map<string, number>();
  for (let round = 1; round <= rounds; round += 1) {
    const answered = await runAndKill(dataFolder);
    const found = await look(dataFolder);
    for (const id of counters) {
      const least = answered.get(id) ?? before.get(id) ?? 0;
      const version = found.get(id) ?? 0;
      answers += least - (before.get(id) ?? 0);
      // One of each counter may have been on its way, and then be there or not.
      if (version < least || version > least + 1) lost.push(`round ${round}: ${id} is at ${version} after ${least}`);
    }
    before = found;
  }
  return { lost, answers };
}

test("after each of 200 kills at random moments the store opens and holds every answered change", async () => {
  const folders = [await temporaryFolder(), await temporaryFolder()];
  const outcomes = await Promise.all(folders.map(killOften));
  const answers = outcomes.reduce((sum, each) => sum + each.answers, 0);
  console.log(`${rounds * folders.length} kills, ${answers} answered changes`);
  expect(outcomes.flatMap(({ lost }) => lost)).toEqual([]);
  expect(answers).toBeGreaterThan(rounds * 20);
});
