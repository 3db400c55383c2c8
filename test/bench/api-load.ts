import { answerJobs } from "./jobs.ts";
import { startCpuClock } from "./measures.ts";

/** A process that tells the API many things, one after the other or some at a time, as import scripts do. */

export interface ApiJob {
  readonly url: string;
  readonly token: string;
  readonly bodies: readonly object[];
  readonly atATime: number;
}

export interface ApiResult {
  /** Of each request, in the order of their answers. */
  readonly milliseconds: readonly number[];
  readonly cpu: number;
}

answerJobs(async ({ url, token, bodies, atATime }: ApiJob): Promise<ApiResult> => {
  const cpuOf = startCpuClock();
  const milliseconds: number[] = [];
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const queue = bodies.values();
  const goOn = async () => {
    for (const body of queue) {
      const started = performance.now();
      const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${text.slice(0, 2000)}`);
      milliseconds.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atATime }, goOn));
  return { milliseconds, cpu: cpuOf() };
});
