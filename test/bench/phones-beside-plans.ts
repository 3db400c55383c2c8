import { startWorker } from "./jobs.ts";
import { type Watched, watch } from "./measures.ts";
import { planOnce } from "./site-edit.ts";
import type { Stage } from "./stage.ts";
import type { SteadyJob, SteadyResult } from "./steady-load.ts";
import { figure, type Row } from "./table.ts";

const perSecond = 200;
const seconds = 6;
/** Ten times what a calm machine shows: the rest is the machine's mood. */
const mostMs = 250;

/** Phones that fetch all the time: how long they wait while nobody does anything else, and while plan follows plan. */
export async function measurePhonesBesidePlans(stage: Stage, site: string, paths: readonly string[]): Promise<Row[]> {
  const worker = await startWorker<SteadyJob, SteadyResult>(new URL("./steady-load.ts", import.meta.url));
  const job = { port: stage.listening.phoneHttp[0] ?? 0, paths, perSecond, seconds };
  try {
    // Their files are made once before.
    await worker.run({ ...job, seconds: 1 });
    const calm = await watch(() => worker.run(job));
    let plans = 0;
    const planned = await watch(async () => {
      let isOver = false;
      const served = worker.run(job).finally(() => {
        isOver = true;
      });
      for (; !isOver; plans += 1) await planOnce(stage, site);
      return await served;
    });
    const ratio = planned.value.p99 / calm.value.p99;
    return [
      rowOf("without a plan", calm, ""),
      {
        ...rowOf("while plan follows plan", planned, `; ${plans} plans; ${ratio.toFixed(1)} of that without`),
        most: mostMs,
      },
    ];
  } finally {
    await worker.end();
  }
}

function rowOf(when: string, { cpu, loopMax, loopP99, value }: Watched<SteadyResult>, more: string): Row {
  const { asked, cpu: clientCpu, faults, max, p50, p99 } = value;
  if (faults.length > 0)
    throw new Error(`of ${asked} phones that fetch ${when} some got no file: ${faults.join(", ")}`);
  const what = `phones that fetch, ${figure(perSecond)} a second for ${seconds} s, ${when}`;
  const figures = { p50, p99, loopP99, loopMax, serverCpu: cpu, clientCpu };
  return {
    what,
    who: "Offhook",
    result: p99,
    unit: "ms, 99 of 100",
    ...figures,
    note: `most ${figure(max)} ms${more}`,
  };
}
