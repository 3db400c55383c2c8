import { Agent, request } from "node:http";
import { answerJobs } from "./jobs.ts";
import { percentile, startCpuClock } from "./measures.ts";

/**
 * A process in which phones ask over HTTP at a steady rate, whether or not those before them were answered: a server
 * that stands still makes all of them wait who come meanwhile, and each of them counts.
 */

export interface SteadyJob {
  readonly port: number;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

export interface SteadyResult {
  readonly asked: number;
  /** Milliseconds from when a phone was due to ask to its last byte. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly cpu: number;
  /** How those ended that did not end in 200, each kind once. */
  readonly faults: readonly string[];
}

answerJobs(async ({ port, paths, perSecond, seconds }: SteadyJob): Promise<SteadyResult> => {
  const agent = new Agent({ keepAlive: true });
  const cpuOf = startCpuClock();
  const started = performance.now();
  const took: number[] = [];
  const faults = new Map<string, number>();
  const ask = async (path: string, dueAt: number) => {
    const status = await fetchStatus(agent, port, path).catch((error: Error) => error.message);
    took.push(performance.now() - dueAt);
    if (status !== 200) faults.set(String(status), (faults.get(String(status)) ?? 0) + 1);
  };
  const asking: Promise<void>[] = [];
  const total = perSecond * seconds;
  while (asking.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond));
    for (let index = asking.length; index < due; index += 1) {
      asking.push(ask(paths[index % paths.length] ?? "/", started + ((index + 1) / perSecond) * 1000));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asking);
  agent.destroy();
  const [p50, p99] = [percentile(took, 50), percentile(took, 99)];
  return {
    asked: took.length,
    p50,
    p99,
    max: Math.max(...took),
    cpu: cpuOf(),
    faults: [...faults].map(([how, count]) => `${count} × ${how}`),
  };
});

function fetchStatus(agent: Agent, port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, path, timeout: 10_000 }, (reply) => {
      reply.resume();
      reply.on("end", () => resolve(reply.statusCode ?? 0));
      reply.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", reject);
    asked.end();
  });
}
