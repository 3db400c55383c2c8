import { monitorEventLoopDelay, performance } from "node:perf_hooks";

export interface Watched<Value> {
  readonly value: Value;
  readonly seconds: number;
  /** Milliseconds that a timer of this process came late while the work ran. */
  readonly loopP99: number;
  readonly loopMax: number;
  /** Percent of one core that this process used. */
  readonly cpu: number;
}

const resolutionMs = 1;

/** What the work does to this process: its event loop and its processor. */
export async function watch<Value>(work: () => Promise<Value>): Promise<Watched<Value>> {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  const cpuOf = startCpuClock();
  const started = performance.now();
  delays.enable();
  const value = await work();
  delays.disable();
  // The histogram holds the whole time between two turns of its timer, in nanoseconds.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    value,
    seconds: (performance.now() - started) / 1000,
    loopP99: late(delays.percentile(99)),
    loopMax: late(delays.max),
    cpu: cpuOf(),
  };
}

/** Gives the percent of one core that this process has used since. */
export function startCpuClock(): () => number {
  const before = process.cpuUsage();
  const started = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 10 / (performance.now() - started);
  };
}

/** Nearest rank; 0 of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The round whose rate is in the middle: a hiccup of the machine neither helps nor harms. */
export function medianRound<Round>(rounds: readonly Round[], rate: (round: Round) => number): Round {
  const middle = [...rounds].sort((a, b) => rate(a) - rate(b))[rounds.length >> 1];
  if (middle === undefined) throw new RangeError("there was no round");
  return middle;
}
