import { Worker } from "node:worker_threads";
import type { SandboxAnswer, SandboxJob } from "./sandbox-jobs.ts";

/** From its source the worker needs the loader that tests and development run under. */
const entry = import.meta.url.endsWith(".ts")
  ? new URL("./sandbox-from-source.mjs", import.meta.url)
  : new URL("./sandbox-worker.js", import.meta.url);
const heapMb = 64;
const startMs = 20_000;

/**
 * One worker that does one job at a time: no environment, a small heap. It is started when it is first needed, and
 * killed when it does not answer in time; the next job gets a new one.
 */
export class SandboxSeat {
  #worker: Promise<Worker> | undefined;

  async run(job: SandboxJob, limitMs: number): Promise<SandboxAnswer> {
    const worker = await this.#started();
    const asked = answerOf(worker, limitMs, `takes longer than ${limitMs} ms`);
    worker.postMessage(job);
    try {
      return (await asked) as SandboxAnswer;
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate();
      return { trouble: { reason: (error as Error).message, exhausted: true } };
    }
  }

  #started(): Promise<Worker> {
    if (this.#worker !== undefined) return this.#worker;
    const forget = () => {
      if (this.#worker === starting) this.#worker = undefined;
    };
    const starting = start(forget);
    this.#worker = starting;
    starting.catch(forget);
    return starting;
  }

  async close(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    this.#worker = undefined;
    await worker?.terminate();
  }
}

async function start(ended: () => void): Promise<Worker> {
  const worker = new Worker(entry, {
    name: "templates",
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 },
  });
  worker.unref();
  // It may end when nobody waits for it: then there is nobody to tell, and the next job needs another.
  worker.on("error", ended).on("exit", ended);
  try {
    await answerOf(worker, startMs, "the worker for templates did not start");
    return worker;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** The next message of a worker; fails when it ends, or when there is none in time. */
function answerOf(worker: Worker, limitMs: number, late: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => () => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      settle();
    };
    const onMessage = (message: unknown) => end(() => resolve(message))();
    const onError = (error: NodeJS.ErrnoException) => end(() => reject(whyEnded(error)))();
    const onExit = end(() => reject(new Error("ended the worker that it ran in")));
    // An answer that waits while this thread was busy is not late: it comes before the next turn.
    const timer = setTimeout(() => setImmediate(end(() => reject(new Error(late)))), limitMs);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

function whyEnded(error: NodeJS.ErrnoException): Error {
  return error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new Error(`needs more than ${heapMb} MB of memory`) : error;
}
