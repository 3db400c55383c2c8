import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { type Candidate, compare } from "./compare.ts";
import type { HttpJob } from "./http-load.ts";
import { startWorker, type Worker } from "./jobs.ts";
import { watch } from "./measures.ts";
import { populatedMac } from "./populate.ts";
import type { ServedFile, ServedFiles } from "./served-files.ts";
import { plainDevice, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";
import type { LoadResult } from "./tftp-load.ts";

const connections = 50;
const seconds = 1;
const rounds = 3;

/** The phones' own files and the 12 KB file, warm, on connections that are kept and on new ones. */
export async function measureHttp(files: ServedFiles, servers: readonly Candidate[]): Promise<Row[]> {
  const worker = await startLoad();
  try {
    const rows: Row[] = [];
    for (const [name, asked] of [
      [`${figure((files.own[0]?.bytes ?? 0) / 1000)} KB own file`, files.own],
      ["12 KB file", [files.configuration]],
    ] as const) {
      for (const isNew of [false, true]) {
        const what = `HTTP, ${name}, ${connections} connections ${isNew ? "at a time, each new" : "kept"}, warm`;
        const load = ({ port }: Candidate, duration: number) => worker.run(warm(port, asked, duration, isNew));
        rows.push(...(await compare({ what, servers, unit: "/s", rounds, seconds, load })));
      }
    }
    return rows;
  } finally {
    await worker.end();
  }
}

function warm(port: number, files: readonly ServedFile[], duration: number, isNew: boolean): HttpJob {
  return { port, paths: files.map(({ path }) => path), connections, seconds: duration, isNew };
}

/**
 * So many phones fetch their own files for the first time ever, then all of them once more; half as many others each on
 * a connection of its own.
 */
export async function measureCold(stage: Stage, count: number): Promise<Row[]> {
  const [kept, others] = [ownPaths(0, count), ownPaths(count, count + count / 2)];
  const worker = await startLoad();
  try {
    const rows: Row[] = [];
    for (const [when, paths, isNew] of [
      ["for the first time", kept, false],
      ["again", kept, false],
      ["for the first time, each on a new connection", others, true],
    ] as const) {
      const job = { port: stage.listening.phoneHttp[0] ?? 0, paths, connections, isNew };
      const { value, loopP99, loopMax, cpu } = await watch(() => worker.run(job));
      if (value.faults > 0) throw new Error(`${value.faults} of ${paths.length} phones did not get their own file`);
      rows.push({
        what: `HTTP, own files of ${figure(paths.length)} phones of six models, ${connections} at a time, ${when}`,
        who: "Offhook",
        result: value.perSecond,
        unit: "/s",
        p50: value.p50,
        p99: value.p99,
        loopP99,
        loopMax,
        serverCpu: cpu,
        clientCpu: value.cpu,
      });
    }
    return rows;
  } finally {
    await worker.end();
  }
}

/** Where the phones of the populated site find their own configuration. */
export function ownPaths(from: number, to: number): string[] {
  const catalogue = createCatalogue("profiles");
  return Array.from({ length: to - from }, (_, offset) => {
    const { model } = plainDevice(from + offset);
    const family = catalogue.family(catalogue.model(model)?.family ?? "");
    const spec = family.files.find(({ serves, template }) => serves === "device" && template !== undefined);
    const name = spec?.names.find((each) => each.includes("{mac}") && !each.includes("{pn}")) ?? "";
    return `/${name.replace("{mac}", populatedMac(from + offset))}`;
  });
}

function startLoad(): Promise<Worker<HttpJob, LoadResult>> {
  return startWorker<HttpJob, LoadResult>(new URL("./http-load.ts", import.meta.url));
}
