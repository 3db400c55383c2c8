import type { ApiJob, ApiResult } from "./api-load.ts";
import { startWorker, type Worker } from "./jobs.ts";
import { mean, percentile, type Watched, watch } from "./measures.ts";
import { inRounds } from "./rounds.ts";
import { furnish, openStage, plainDevice, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";

/** As many as one call may add. */
const inOneCall = 1000;
const compared = 500;
const mostInBulk = 5000;
const mostLate = 50;

/** Adds the devices through the API of an Offhook of their own: one after the other, and in bulk. */
export async function measureAdding(count: number): Promise<Row[]> {
  const worker = await startWorker<ApiJob, ApiResult>(new URL("./api-load.ts", import.meta.url));
  try {
    const oneByOne = await inRounds(() => addOneByOne(worker, count));
    return [...oneByOne, ...(await inRounds(() => addInBulk(worker, count)))];
  } finally {
    await worker.end();
  }
}

function addOneByOne(worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row[]> {
  return onStage(count, async (stage, devices) => {
    const added = await watch(() => worker.run({ ...callOf(stage, "devices"), bodies: devices }));
    const what = `API, ${figure(count)} devices, one by one`;
    const took = added.value.milliseconds;
    const [first, last] = [mean(took.slice(0, compared)), mean(took.slice(-compared))];
    const ratio = `${(last / first).toFixed(2)} of the first`;
    return [
      rowOf(what, added, { result: count / added.seconds, unit: "/s", note: `${added.seconds.toFixed(1)} s in all` }),
      { what: "", who: `first ${compared}`, result: first, unit: "ms each" },
      { what: "", who: `last ${compared}`, result: last, unit: "ms each", most: 1.5 * first, note: ratio },
    ];
  });
}

/** As many at a time as a call takes; then one change of all of them, which is one call. */
function addInBulk(worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row[]> {
  return onStage(count, async (stage, devices) => {
    const bodies = Array.from({ length: Math.ceil(count / inOneCall) }, (_, call) => ({
      devices: devices.slice(call * inOneCall, (call + 1) * inOneCall),
    }));
    const added = await watch(() => worker.run({ ...callOf(stage, "devices/bulk-add"), bodies }));
    const what = `API, ${figure(count)} devices in bulk, ${figure(inOneCall)} a call`;
    const result = added.seconds * 1000;
    const note = `${figure(count / added.seconds)}/s`;
    return [rowOf(what, added, { result, unit: "ms", most: mostInBulk, note }), await changeAll(stage, worker, count)];
  });
}

async function changeAll(stage: Stage, worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row> {
  const body = { select: { all: true }, change: { settings: { "time.ntp": "time.example.com" } } };
  const changed = await watch(() => worker.run({ ...callOf(stage, "devices/bulk"), bodies: [body] }));
  const what = `API, one change of ${figure(count)} devices`;
  return rowOf(what, changed, { result: changed.seconds * 1000, unit: "ms" });
}

/** On an Offhook that has the lines and sites of so many devices, and none of these. */
async function onStage(
  count: number,
  work: (stage: Stage, devices: ReturnType<typeof plainDevice>[]) => Promise<Row[]>,
): Promise<Row[]> {
  const stage = await openStage();
  try {
    await furnish(stage, count);
    return await work(
      stage,
      Array.from({ length: count }, (_, index) => plainDevice(index)),
    );
  } finally {
    await stage.close();
  }
}

function callOf({ listening, token }: Stage, path: string): Omit<ApiJob, "bodies"> {
  return { url: `http://127.0.0.1:${listening.admin}/api/v1/${path}`, token, atATime: 1 };
}

function rowOf(
  what: string,
  { value: { milliseconds, cpu: clientCpu }, cpu: serverCpu, loopP99, loopMax }: Watched<ApiResult>,
  figures: Pick<Row, "result" | "unit" | "most" | "note">,
): Row {
  const [p50, p99] = [percentile(milliseconds, 50), percentile(milliseconds, 99)];
  return { what, who: "Offhook", p50, p99, loopP99, loopMax, mostLate, serverCpu, clientCpu, ...figures };
}
