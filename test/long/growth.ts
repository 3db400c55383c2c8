import type { SettledMemory } from "./settled-memory.ts";

/** How memory went on: the medians of the first and the last quarter of the samples, and what the last is of the first. */
export interface Growth {
  readonly first: number;
  readonly last: number;
  readonly ratio: number;
}

/** Throws on fewer samples than make quarters with a median. */
export function growthOf(samples: readonly SettledMemory[], what: keyof SettledMemory): Growth {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < 3) throw new RangeError(`${samples.length} samples are too few to tell growth from noise`);
  const values = samples.map((each) => each[what]);
  const [first, last] = [median(values.slice(0, quarter)), median(values.slice(-quarter))];
  return { first, last, ratio: last / first };
}

/** `183 MB, then 185 MB`. */
export function growthText({ first, last, ratio }: Growth): string {
  return `${Math.round(first / 1e6)} MB, then ${Math.round(last / 1e6)} MB (${ratio.toFixed(3)})`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
