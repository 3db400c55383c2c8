import { answerJobs } from "./jobs.ts";
import { watch } from "./measures.ts";
import { openStage } from "./stage.ts";

/** A process that is an Offhook over a folder that is there already, and tells what its start took. */

export interface StartJob {
  readonly folder: string;
}

export interface StartResult {
  /** By the clock of the machine, milliseconds: all listeners are open. */
  readonly readyAt: number;
  readonly loadedMs: number;
  /** Of the whole process, and of what is alive in it. */
  readonly megabytes: number;
  readonly heap: number;
  readonly loopP99: number;
  readonly loopMax: number;
}

answerJobs(async ({ folder }: StartJob): Promise<StartResult> => {
  const began = performance.now();
  const stage = await openStage(folder);
  const ready = performance.now();
  const { loopP99, loopMax } = await watch(() => new Promise((resolve) => setTimeout(resolve, 2000)));
  const { rss, heapUsed } = process.memoryUsage();
  await stage.close();
  return {
    readyAt: performance.timeOrigin + ready,
    loadedMs: ready - began,
    megabytes: rss / 1e6,
    heap: heapUsed / 1e6,
    loopP99,
    loopMax,
  };
});
