import { expect, it } from "vitest";
import { brokenLaws, type Row } from "../bench/table.ts";

const plan: Row = { what: "plan", who: "Offhook", result: 600, unit: "ms", loopMax: 20, most: 1000, mostLate: 50 };

it.each<readonly [string, Partial<Row>, readonly string[]]>([
  ["nothing of what is below", {}, []],
  ["a plan of a second", { result: 1000 }, ["plan: 1,000 ms, not below 1000"]],
  ["a loop that is held", { loopMax: 50 }, ["plan: the event loop was late by 50.0 ms, not below 50"]],
])("the bench tells of %s", (_what, figures, laws) => {
  expect(brokenLaws([{ ...plan, ...figures }])).toEqual(laws);
});
