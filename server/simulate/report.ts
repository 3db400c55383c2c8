import { formatMac, parseMac } from "../domain/mac.ts";
import type { StepReport } from "./boot.ts";
import type { FleetReport, ModelSummary } from "./fleet.ts";

const width = 100;
const mostFaults = 20;

/** The summary as plain text, aligned, at most 100 columns, and below it up to 20 lines of what went wrong. */
export function reportFleet(report: FleetReport): string {
  const rows = [heads, ...report.summary.map(cells)];
  if (report.summary.length > 1) rows.push(totalCells(report));
  return [...aligned(rows), "", conclusion(report), ...faultLines(report)].join("\n");
}

const heads = ["model", "phones", "provisioned", "bootstrap only", "failed", "p50 ms", "p99 ms"];

function cells({ model, count, provisioned, bootstrapOnly, failed, p50, p99 }: ModelSummary): string[] {
  return [model, ...[count, provisioned, bootstrapOnly, failed].map(String), milliseconds(p50), milliseconds(p99)];
}

function totalCells({ summary }: FleetReport): string[] {
  const sum = (number: (model: ModelSummary) => number) => String(summary.reduce((all, each) => all + number(each), 0));
  const counts = [
    sum(({ count }) => count),
    sum(({ provisioned }) => provisioned),
    sum(({ bootstrapOnly }) => bootstrapOnly),
    sum(({ failed }) => failed),
  ];
  return ["all", ...counts, "", ""];
}

function milliseconds(time: number | undefined): string {
  return time === undefined ? "-" : String(Math.ceil(time));
}

/** Names to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function conclusion({ phones, milliseconds: time }: FleetReport): string {
  const right = phones.filter(({ state }) => state === "provisioned").length;
  return `${right} of ${phones.length} phones were provisioned in ${(time / 1000).toFixed(1)} s.`;
}

function faultLines({ phones }: FleetReport): string[] {
  const faults = phones.flatMap(({ mac, faults: own }) =>
    own.map(({ file, reason }) => `${readable(mac)}  ${file}  ${reason}`),
  );
  if (faults.length === 0) return [];
  const shown = faults.length > mostFaults ? faults.slice(0, mostFaults - 1) : faults;
  const rest = faults.length - shown.length;
  const lines = shown.map((line) => (line.length > width ? `${line.slice(0, width - 3)}...` : line));
  return ["", ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])];
}

function readable(text: string): string {
  const mac = parseMac(text);
  return mac ? formatMac(mac) : text;
}

/** The same for programs: no value of any file is in it. */
export function reportJson({ phones, summary, milliseconds: time }: FleetReport): string {
  const told = phones.map(({ mac, model, state, faults, milliseconds: own, steps }) => ({
    mac,
    model,
    state,
    faults,
    milliseconds: rounded(own),
    steps: steps.map(stepJson),
  }));
  const models = summary.map((model) => ({ ...model, p50: rounded(model.p50), p99: rounded(model.p99) }));
  return JSON.stringify({ milliseconds: rounded(time), models, phones: told }, undefined, 2);
}

function stepJson({ ask, expect, protocol, outcome, bytes, milliseconds: time, problems }: StepReport) {
  return { ask, expect, protocol: protocol ?? null, outcome, bytes, milliseconds: rounded(time), problems };
}

function rounded(time: number | undefined): number | null {
  return time === undefined ? null : Math.round(time * 10) / 10;
}
