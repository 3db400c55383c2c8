import { medianRound } from "./measures.ts";
import { figure, type Row } from "./table.ts";

const rounds = 3;

/**
 * The same rows three times over; of each the round with the middle result, with the latest event loop of all rounds
 * and what the others came to.
 */
export async function inRounds(measure: (round: number) => Promise<readonly Row[]>): Promise<Row[]> {
  const all: (readonly Row[])[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure(round));
  return (all[0] ?? []).map((_, index) => middleOf(all.flatMap((rows) => rows[index] ?? [])));
}

function middleOf(rows: readonly Row[]): Row {
  const middle = medianRound(rows, ({ result }) => result);
  const results = `rounds: ${rows.map(({ result }) => figure(result)).join(", ")}`;
  return {
    ...middle,
    ...(middle.loopMax !== undefined && { loopMax: Math.max(...rows.map(({ loopMax = 0 }) => loopMax)) }),
    note: middle.note === undefined ? results : `${middle.note}; ${results}`,
  };
}
