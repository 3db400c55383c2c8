import type { ApiJob, ApiResult } from "./api-load.ts";
import { startWorker, type Worker } from "./jobs.ts";
import { mean, percentile, watch } from "./measures.ts";
import { furnish, type NewDevice, openStage, plainDevice, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";

/** As many calls under way as an import script has that waits for none of them. */
const inBulk = 50;
const compared = 500;

/** Adds the devices through the API of an Offhook of their own: one after the other, and fifty at a time. */
export async function measureAdding(count: number): Promise<Row[]> {
  const worker = await startWorker<ApiJob, ApiResult>(new URL("./api-load.ts", import.meta.url));
  try {
    return [...(await addOneByOne(worker, count)), ...(await addInBulk(worker, count))];
  } finally {
    await worker.end();
  }
}

async function addOneByOne(worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row[]> {
  const { row, took } = await add(worker, count, 1, "one by one");
  const [first, last] = [mean(took.slice(0, compared)), mean(took.slice(-compared))];
  return [
    row,
    { what: "", who: `first ${compared}`, result: first, unit: "ms each" },
    {
      what: "",
      who: `last ${compared}`,
      result: last,
      unit: "ms each",
      most: 1.5 * first,
      note: `${(last / first).toFixed(2)} of the first`,
    },
  ];
}

/** There is no call that adds many; then one change of all of them, which is one call. */
async function addInBulk(worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row[]> {
  let changed: Row | undefined;
  const { row } = await add(worker, count, inBulk, `${inBulk} calls at a time`, async (stage) => {
    changed = await changeAll(stage, worker, count);
  });
  return [row, ...(changed ? [changed] : [])];
}

async function changeAll(stage: Stage, worker: Worker<ApiJob, ApiResult>, count: number): Promise<Row> {
  const body = { select: { all: true }, change: { settings: { "time.ntp": "time.example.com" } } };
  const job = { url: `${admin(stage)}/devices/bulk`, token: stage.token, bodies: [body], atATime: 1 };
  const { seconds, loopP99, loopMax, cpu } = await watch(() => worker.run(job));
  const what = `API, one change of ${figure(count)} devices`;
  return { what, who: "Offhook", result: seconds * 1000, unit: "ms", loopP99, loopMax, serverCpu: cpu };
}

async function add(
  worker: Worker<ApiJob, ApiResult>,
  count: number,
  atATime: number,
  how: string,
  after: (stage: Stage) => Promise<void> = async () => {},
): Promise<{ row: Row; took: readonly number[] }> {
  const stage = await openStage();
  try {
    await furnish(stage, count);
    const bodies: NewDevice[] = Array.from({ length: count }, (_, index) => plainDevice(index));
    const job = { url: `${admin(stage)}/devices`, token: stage.token, bodies, atATime };
    const { value, seconds, cpu, loopP99, loopMax } = await watch(() => worker.run(job));
    await after(stage);
    const took = value.milliseconds;
    const row = {
      what: `API, ${figure(count)} devices, ${how}`,
      who: "Offhook",
      result: count / seconds,
      unit: "/s",
      p50: percentile(took, 50),
      p99: percentile(took, 99),
      loopP99,
      loopMax,
      serverCpu: cpu,
      clientCpu: value.cpu,
      note: `${seconds.toFixed(1)} s in all`,
    };
    return { row, took };
  } finally {
    await stage.close();
  }
}

function admin({ listening }: Stage): string {
  return `http://127.0.0.1:${listening.admin}/api/v1`;
}
