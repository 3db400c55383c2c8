import type { HttpJob } from "./http-load.ts";
import { startWorker } from "./jobs.ts";
import { watch } from "./measures.ts";
import { inRounds } from "./rounds.ts";
import { edit, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";
import type { LoadResult } from "./tftp-load.ts";

const servedSeconds = 4;
const connections = 4;

const zones = ["Europe/Warsaw", "Europe/Athens", "Europe/Zagreb"];

/** A setting of a site changes, and every phone there is worked out anew: until each has its revision. */
export function measureSiteEdit(stage: Stage, site: string, count: number): Promise<Row[]> {
  const what = `site edit, ${figure(count)} phones of six models re-mapped`;
  return inRounds(async (round) => [
    { ...(await editOnce(stage, site, zones[round] ?? "", what)), most: 1000, mostLate: 50 },
  ]);
}

/** What such an edit would do, told before it is made; after an edit, when nothing is worked out yet. */
export async function measurePlan(stage: Stage, site: string, count: number): Promise<Row> {
  const { seconds, cpu, loopP99, loopMax } = await watch(() => planOnce(stage, site));
  const what = `plan of a site edit, ${figure(count)} phones of six models compared`;
  const result = seconds * 1000;
  return { what, who: "Offhook", result, unit: "ms", loopP99, loopMax, serverCpu: cpu, most: 1000, mostLate: 50 };
}

/** Nothing of a plan is kept: the next one is as much work. */
export async function planOnce({ app }: Stage, site: string): Promise<void> {
  const change = { settings: { "time.ntp": "planned.example.com" } };
  await app.office.changePlans.plan(edit, { kind: "site", id: site, change });
}

/** An edit while phones fetch: what the edit takes, and what it does to them. */
export async function measureEditWhileServing(
  stage: Stage,
  site: string,
  count: number,
  paths: readonly string[],
  round: number,
): Promise<Row[]> {
  const worker = await startWorker<HttpJob, LoadResult>(new URL("./http-load.ts", import.meta.url));
  const job = { port: stage.listening.phoneHttp[0] ?? 0, paths, connections, seconds: servedSeconds };
  try {
    const calm = await watch(() => worker.run(job));
    const served = watch(() => worker.run(job));
    const edited = await editOnce(
      stage,
      site,
      zones[round] ?? "",
      `the same while ${connections} phones fetch over HTTP`,
    );
    const disturbed = await served;
    const name = `phones served, ${connections} at a time, in ${servedSeconds} s`;
    return [
      edited,
      servedRow(`${name} without an edit`, calm.value, calm.loopP99, calm.loopMax),
      servedRow(`${name} with the edit of ${figure(count)}`, disturbed.value, disturbed.loopP99, disturbed.loopMax),
    ];
  } finally {
    await worker.end();
  }
}

function servedRow(what: string, { perSecond, p50, p99, cpu }: LoadResult, loopP99: number, loopMax: number): Row {
  return { what, who: "Offhook", result: perSecond, unit: "/s", p50, p99, loopP99, loopMax, clientCpu: cpu };
}

async function editOnce({ app }: Stage, site: string, zone: string, what: string): Promise<Row> {
  const { seconds, cpu, loopP99, loopMax } = await watch(() =>
    app.office.layers.change(edit, "site", site, { settings: { "time.zone": zone } }),
  );
  return { what, who: "Offhook", result: seconds * 1000, unit: "ms", loopP99, loopMax, serverCpu: cpu };
}
