import autocannon from "autocannon";
import { answerJobs } from "./jobs.ts";
import { startCpuClock } from "./measures.ts";
import type { LoadResult } from "./tftp-load.ts";

/** A process that fetches files over HTTP on connections that are kept. */

export interface HttpJob {
  readonly port: number;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

answerJobs(async ({ port, paths, connections, seconds }: HttpJob): Promise<LoadResult> => {
  const cpuOf = startCpuClock();
  const { duration, requests, latency, errors, timeouts, non2xx } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: "GET", path })),
  });
  const { total } = requests;
  return {
    perSecond: total / duration,
    p50: latency.p50,
    p99: latency.p99,
    cpu: cpuOf(),
    faults: errors + timeouts + non2xx,
  };
});
