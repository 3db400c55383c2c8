import type { ApiJob, ApiResult } from "./api-load.ts";
import { startWorker } from "./jobs.ts";
import { mean, percentile, watch } from "./measures.ts";
import type { NewDevice, Stage } from "./stage.ts";
import type { Row } from "./table.ts";

/** Adds the devices through the API, one after the other; each is answered when it is on the disk. */
export async function measureAdding(stage: Stage, devices: readonly NewDevice[]): Promise<Row[]> {
  const worker = await startWorker<ApiJob, ApiResult>(new URL("./api-load.ts", import.meta.url));
  try {
    const url = `http://127.0.0.1:${stage.listening.admin}/api/v1/devices`;
    const job = { url, token: stage.token, bodies: devices };
    const { value, seconds, cpu, loopP99, loopMax } = await watch(() => worker.run(job));
    const took = value.milliseconds;
    const [first, last] = [mean(took.slice(0, 100)), mean(took.slice(-100))];
    const what = `API, ${devices.length.toLocaleString("en-GB")} devices, one by one`;
    const times = { p50: percentile(took, 50), p99: percentile(took, 99) };
    const usage = { loopP99, loopMax, serverCpu: cpu, clientCpu: value.cpu };
    return [
      { what, who: "Offhook", result: devices.length / seconds, unit: "/s", ...times, ...usage },
      { what: "", who: "first 100", result: first, unit: "ms each" },
      { what: "", who: "last 100", result: last, unit: "ms each", note: `${(last / first).toFixed(2)} of the first` },
    ];
  } finally {
    await worker.end();
  }
}
