import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorker } from "./jobs.ts";
import { mean, medianRound } from "./measures.ts";
import { populate } from "./populate.ts";
import { furnish, openStage } from "./stage.ts";
import type { StartJob, StartResult } from "./start-server.ts";
import { figure, type Row } from "./table.ts";

const rounds = 3;
/** What a start may take is held for so many devices; beyond, it shows where the embedded store ends. */
const mostHeld = 5000;

/** A server of its own that starts with so many devices on its disk: until it is ready, and what memory it then has. */
export async function measureStart(count: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-start-"));
  try {
    const stage = await openStage(folder);
    await furnish(stage, 1);
    if (count > 0) await populate(stage, "large", count);
    await stage.close();
    const all: (StartResult & { ms: number })[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await startOnce(folder));
    const { ms, loadedMs, loopP99, loopMax } = medianRound(all, (each) => each.ms);
    const devices = `${figure(count)} devices`;
    const loop = { loopP99, loopMax };
    const isHeld = count <= mostHeld;
    return [
      {
        what: `start with ${devices}`,
        who: "Offhook",
        result: ms,
        unit: "ms to ready",
        ...(isHeld && { most: 3000 }),
        note: `${figure(loadedMs)} ms after its modules were read`,
      },
      {
        what: `memory with ${devices}, 2 s after the start`,
        who: "Offhook",
        result: mean(all.map(({ megabytes }) => megabytes)),
        unit: "MB",
        ...loop,
        ...(isHeld && { most: 300 }),
        note: `${figure(mean(all.map(({ heap }) => heap)))} MB of it live objects`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startOnce(folder: string): Promise<StartResult & { ms: number }> {
  const started = performance.now();
  const worker = await startWorker<StartJob, StartResult>(new URL("./start-server.ts", import.meta.url));
  try {
    const result = await worker.run({ folder });
    return { ...result, ms: result.readyAt - (performance.timeOrigin + started) };
  } finally {
    await worker.end();
  }
}
