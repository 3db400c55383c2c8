import { medianRound, type Watched, watch } from "./measures.ts";
import type { Row } from "./table.ts";
import type { LoadResult } from "./tftp-load.ts";

/** One server that is asked; Offhook is the first, and the only one that runs in this process. */
export interface Candidate {
  readonly who: string;
  readonly host: string;
  readonly port: number;
}

export interface Comparison {
  readonly what: string;
  readonly servers: readonly Candidate[];
  readonly unit: "/s" | "MB/s";
  readonly rounds: number;
  readonly seconds: number;
  load(server: Candidate, seconds: number): Promise<LoadResult>;
}

type Round = Watched<LoadResult>;

const warmUpSeconds = 0.3;

/** In turn, round after round, so that all of them meet the same moods of the machine; the middle one counts. */
export async function compare({ what, servers, unit, rounds, seconds, load }: Comparison): Promise<Row[]> {
  const rate = ({ value }: Round) => (unit === "/s" ? value.perSecond : value.megabytes);
  const measured = servers.map((server) => ({ server, all: [] as Round[] }));
  for (const { server } of measured) await load(server, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    for (const { server, all } of measured) all.push(await watch(() => load(server, seconds)));
  }
  const medians = measured.map(({ server, all }) => ({
    who: server.who,
    round: medianRound(all, rate),
    faults: all.reduce((sum, { value }) => sum + value.faults, 0),
    loopMax: Math.max(...all.map((each) => each.loopMax)),
  }));
  const [own] = medians;
  return medians.map(({ who, round, faults, loopMax }) => ({
    what,
    unit,
    ...rowOf(who, { ...round, loopMax }, faults, rate(round), own && rate(own.round)),
  }));
}

function rowOf(who: string, round: Round, faults: number, result: number, own = 0): Omit<Row, "what" | "unit"> {
  const { p50, p99, cpu } = round.value;
  const isOffhook = who === "Offhook";
  const notes = [
    ...(isOffhook ? [] : [`Offhook: ${(own / result).toFixed(2)} of it`]),
    ...(faults > 0 ? [`${faults} packets or requests again`] : []),
  ];
  return {
    who,
    result,
    ...(p50 > 0 && { p50, p99 }),
    ...(isOffhook && { loopP99: round.loopP99, loopMax: round.loopMax, serverCpu: round.cpu }),
    clientCpu: cpu,
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
}
