import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { pino } from "pino";
import { expect, test } from "vitest";
import { openEmbeddedStores } from "../../server/store/embedded-open.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const child = new URL("../contract/store-child.ts", import.meta.url).pathname;

/** Lets the child commit until so many commits were answered, kills it, and gives the last answer for each counter. */
async function runAndKill(dataFolder: string, answers: number): Promise<Map<string, number>> {
  const running = spawn(process.execPath, ["--import", "tsx", child, dataFolder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const answered = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: running.stdout })) {
    const [id = "", version] = line.split(" ");
    answered.set(id, Number(version));
    count += 1;
    if (count === answers) {
      running.kill("SIGKILL");
    }
  }
  if (running.exitCode === null && running.signalCode === null) {
    await once(running, "exit");
  }
  expect(running.signalCode).toBe("SIGKILL");
  return answered;
}

test("a process that is killed at any moment loses nothing that it has answered", { timeout: 60_000 }, async () => {
  const dataFolder = await temporaryFolder();
  for (let round = 0; round < 5; round += 1) {
    const answered = await runAndKill(dataFolder, 20 + Math.floor(Math.random() * 400));
    const { config, presence } = await openEmbeddedStores({ dataFolder, log: pino({ level: "silent" }) });
    for (const [id, version] of answered) {
      const store = id === "d" ? presence : config;
      const found = await store.get({ organization: "default", kind: "counter", id });
      expect(found?.version).toBeGreaterThanOrEqual(version);
    }
    const commits = (await config.find({ kind: "counter" })).reduce((sum, { version }) => sum + version, 0);
    const audit = await config.readAudit({ limit: 100_000 });
    expect(audit.map(({ n }) => n)).toEqual(Array.from({ length: commits }, (_, index) => commits - index));
    await Promise.all([config.close(), presence.close()]);
  }
});
