import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { partNames, runParts } from "./parts.ts";
import { brokenLaws, formatTable, type Row } from "./table.ts";

/** Measurements on one Offhook with five thousand devices, in one process; who asks runs in others. */

const legend = [
  "Results are the middle of three rounds (loss, nodes: one). p50, p99: milliseconds of one transfer, phone or call (HTTP: whole ones).",
  "loop: milliseconds that the event loop of the serving process was late, p99, and most of all rounds. CPU, client: percent of one core",
  "that the serving and the asking process used; with the client at 100 it is the client that is measured.",
  "plain Node: the same bytes from memory without any check, which shows how far the client goes: its ceiling.",
];

const { values } = parseArgs({ options: { only: { type: "string" }, full: { type: "boolean", default: false } } });
const only = values.only?.split(",") ?? partNames;
const unknown = only.filter((name) => !partNames.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(" and no ")} in the bench; there are ${partNames.join(", ")}.`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const started = performance.now();
console.log(
  `Offhook on Node ${process.version}, ${cpus().length} cores, loopback, embedded store; who asks is another process.\n`,
);
const tell = (part: readonly Row[]) => console.log(`${formatTable(part)}\n`);
const { rows, notes } = await runParts(new Set(only), values.full, tell);
const broken = brokenLaws(rows);
if (broken.length > 0) process.exitCode = 1;
for (const law of broken) console.log(`\nToo slow: ${law}`);
const took = `All of it took ${Math.round((performance.now() - started) / 1000)} s.`;
console.log(["", ...notes, ...legend, took].join("\n"));
