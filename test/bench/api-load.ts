import { answerJobs } from "./jobs.ts";
import { startCpuClock } from "./measures.ts";

/** A process that tells the API one thing after the other, as an import script does. */

export interface ApiJob {
  readonly url: string;
  readonly token: string;
  readonly bodies: readonly object[];
}

export interface ApiResult {
  /** Of each request, in order. */
  readonly milliseconds: readonly number[];
  readonly cpu: number;
}

answerJobs(async ({ url, token, bodies }: ApiJob): Promise<ApiResult> => {
  const cpuOf = startCpuClock();
  const milliseconds: number[] = [];
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  for (const body of bodies) {
    const started = performance.now();
    const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${text}`);
    milliseconds.push(performance.now() - started);
  }
  return { milliseconds, cpu: cpuOf() };
});
