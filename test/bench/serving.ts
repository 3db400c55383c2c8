import type { DeviceFile } from "./device-files.ts";
import type { HttpJob } from "./http-load.ts";
import { startWorker, type Worker } from "./jobs.ts";
import { medianRound, type Watched, watch } from "./measures.ts";
import type { PlainJob, PlainPorts } from "./plain-servers.ts";
import type { Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";
import type { LoadResult, TftpJob } from "./tftp-load.ts";
import { startTftpd } from "./tftpd-hpa.ts";

const atATime = 50;
const rounds = 3;
const roundSeconds = 1.2;
const warmUpSeconds = 0.5;

export interface Serving {
  readonly rows: readonly Row[];
  /** What is to be said below the table. */
  readonly notes: readonly string[];
}

/** One server that is asked, and the watch over this process when Offhook is the one. */
interface Candidate {
  readonly who: string;
  readonly port: number;
}

type Round = Watched<LoadResult>;
type Load = (port: number, seconds: number) => Promise<LoadResult>;

/** The same files from Offhook and from what runs beside it, over TFTP and HTTP. */
export async function measureServing({ listening }: Stage, files: readonly DeviceFile[]): Promise<Serving> {
  const plain = await startWorker<PlainJob, PlainPorts>(new URL("./plain-servers.ts", import.meta.url));
  const tftpd = await startTftpd(files);
  const tftp = await startWorker<TftpJob, LoadResult>(new URL("./tftp-load.ts", import.meta.url));
  const http = await startWorker<HttpJob, LoadResult>(new URL("./http-load.ts", import.meta.url));
  try {
    const ports = await plain.run({ files });
    const beside = typeof tftpd === "string" ? [] : [{ who: "tftpd-hpa", port: tftpd.port }];
    const tftpServers = [{ who: "Offhook", port: listening.tftp }, { who: "plain Node", port: ports.tftp }, ...beside];
    const httpServers = [
      { who: "Offhook", port: listening.phoneHttp[0] ?? 0 },
      { who: "plain Node", port: ports.http },
    ];
    const size = `${figure(Buffer.from(files[0]?.base64 ?? "", "base64").length / 1000)} KB`;
    const rows = [
      ...(await compare(`TFTP, ${size}, blksize 512, ${atATime} at a time`, tftpServers, tftpLoad(tftp, files, 512))),
      ...(await compare(`TFTP, ${size}, blksize 1428, ${atATime} at a time`, tftpServers, tftpLoad(tftp, files, 1428))),
      ...(await compare(`HTTP, ${size}, ${atATime} connections kept, warm`, httpServers, httpLoad(http, files))),
    ];
    return { rows, notes: typeof tftpd === "string" ? [tftpd] : [] };
  } finally {
    await Promise.all([plain.end(), tftp.end(), http.end(), ...(typeof tftpd === "string" ? [] : [tftpd.close()])]);
  }
}

function tftpLoad(worker: Worker<TftpJob, LoadResult>, files: readonly DeviceFile[], blksize: number): Load {
  return (port, seconds) => worker.run({ port, files, blksize, atATime, seconds });
}

function httpLoad(worker: Worker<HttpJob, LoadResult>, files: readonly DeviceFile[]): Load {
  const paths = files.map(({ path }) => path);
  return (port, seconds) => worker.run({ port, paths, connections: atATime, seconds });
}

/** In turn, round after round, so that all of them meet the same moods of the machine. */
async function compare(what: string, servers: readonly Candidate[], load: Load): Promise<Row[]> {
  const measured = new Map<string, Round[]>(servers.map(({ who }) => [who, []]));
  for (const { port } of servers) await load(port, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    for (const { who, port } of servers) measured.get(who)?.push(await watch(() => load(port, roundSeconds)));
  }
  const medians = servers.map(({ who }) => ({
    who,
    round: medianRound(measured.get(who) ?? [], ({ value }) => value.perSecond),
    faults: (measured.get(who) ?? []).reduce((sum, { value }) => sum + value.faults, 0),
  }));
  const own = medians[0]?.round.value.perSecond ?? 0;
  return medians.map(({ who, round, faults }) => servingRow(what, who, round, faults, own));
}

function servingRow(what: string, who: string, round: Round, faults: number, own: number): Row {
  const { perSecond, p50, p99, cpu } = round.value;
  const isOffhook = who === "Offhook";
  const notes = [
    ...(isOffhook ? [] : [`Offhook: ${(own / perSecond).toFixed(2)} of it`]),
    ...(faults > 0 ? [`${faults} packets or requests again`] : []),
  ];
  return {
    what,
    who,
    result: perSecond,
    unit: "/s",
    p50,
    p99,
    // Only Offhook runs in this process.
    ...(isOffhook && { loopP99: round.loopP99, loopMax: round.loopMax, serverCpu: round.cpu }),
    clientCpu: cpu,
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
}
