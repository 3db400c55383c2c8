import { Agent, request } from "node:http";
import autocannon from "autocannon";
import { answerJobs } from "./jobs.ts";
import { percentile, startCpuClock } from "./measures.ts";
import type { LoadResult } from "./tftp-load.ts";

/** A process that fetches files over HTTP: for some time, again and again, or each of them once. */

export interface HttpJob {
  readonly port: number;
  readonly paths: readonly string[];
  readonly connections: number;
  /** Without it each path is fetched once. */
  readonly seconds?: number;
  /** Each request on a connection of its own, that the server is told to close. */
  readonly isNew?: boolean;
}

answerJobs((job: HttpJob) => {
  if (job.seconds === undefined) return fetchAll(job, job.paths.values());
  return job.isNew ? fetchAll(job, repeated(job.paths, job.seconds)) : fetchFor(job, job.seconds);
});

async function fetchFor({ port, paths, connections }: HttpJob, seconds: number): Promise<LoadResult> {
  const cpuOf = startCpuClock();
  const { duration, requests, latency, throughput, errors, timeouts, non2xx } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: "GET", path })),
  });
  return {
    perSecond: requests.total / duration,
    megabytes: throughput.total / 1e6 / duration,
    p50: latency.p50,
    p99: latency.p99,
    cpu: cpuOf(),
    faults: errors + timeouts + non2xx,
  };
}

/** The paths in turn, until the time is over. */
function* repeated(paths: readonly string[], seconds: number): IterableIterator<string> {
  const end = performance.now() + seconds * 1000;
  for (let index = 0; performance.now() < end; index += 1) yield paths[index % paths.length] ?? "/";
}

async function fetchAll({ port, connections, isNew }: HttpJob, queue: IterableIterator<string>): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: isNew !== true, maxSockets: connections });
  const cpuOf = startCpuClock();
  const started = performance.now();
  const took: number[] = [];
  let [bytes, faults] = [0, 0];
  const goOn = async () => {
    for (const path of queue) {
      const before = performance.now();
      const reply = await fetchWith(agent, port, path);
      took.push(performance.now() - before);
      bytes += reply.bytes;
      if (reply.status !== 200) faults += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, goOn));
  agent.destroy();
  const seconds = (performance.now() - started) / 1000;
  return {
    perSecond: took.length / seconds,
    megabytes: bytes / 1e6 / seconds,
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    cpu: cpuOf(),
    faults,
  };
}

function fetchWith(agent: Agent, port: number, path: string): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, path }, (reply) => {
      let bytes = 0;
      reply.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, bytes }));
      reply.on("error", reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}
