import { createHash } from "node:crypto";
import { factOf } from "./mapping/facts.ts";
import { CannotCarry, forms } from "./mapping/forms.ts";
import type { DeskFacts, LeftOut, Scope } from "./mapping/scope.ts";
import { placeRows } from "./mapping/scopes.ts";
import type { MappingRow } from "./model.ts";

/** Vendor names and values in the family's order, each name once. */
export type Parameters = ReadonlyMap<string, string>;

export interface Mapped {
  readonly parameters: Parameters;
  /** What was asked for and this phone can't be told. */
  readonly leftOut: readonly LeftOut[];
}

/** Settings and facts become what the vendor calls them: the family's mapping, then the layers' raw overlay. */
export function mapParameters(desk: DeskFacts, part: "device" | "bootstrap"): Mapped {
  const parameters = new Map<string, string>();
  const leftOut = new Map<string, LeftOut>();
  const report = (each: LeftOut) => void leftOut.set(`${each.name} ${each.line} ${each.key}`, each);
  const rows = desk.family.mapping.filter((row) => part === "device" || row.bootstrap);
  for (const { name, row, scope } of placeRows(rows, desk)) {
    const value = valueAt(row, scope, report);
    if (value !== undefined) parameters.set(name, value);
  }
  if (part === "device") layRaw(parameters, desk);
  return { parameters, leftOut: [...leftOut.values()] };
}

function layRaw(parameters: Map<string, string>, { raw }: DeskFacts): void {
  for (const layer of raw) for (const [name, value] of Object.entries(layer)) parameters.set(name, value);
}

function valueAt(row: MappingRow, scope: Scope, report: (leftOut: LeftOut) => void): string | undefined {
  if (scope.idle) return row.unused;
  if (row.value !== undefined) return row.value;
  const names = typeof row.from === "string" ? [row.from] : (row.from ?? []);
  const values = names.map((name) => factOf(name, scope, report));
  if (values.every((value) => value === undefined)) return row.otherwise;
  try {
    return (
      translated(row, (forms[row.as ?? "text"] as (typeof forms)[string])({ values, row, scope })) ?? row.otherwise
    );
  } catch (error) {
    if (!(error instanceof CannotCarry)) throw error;
    report(refusal(names[0] ?? row.to, scope, error.message));
    return row.otherwise;
  }
}

function translated(row: MappingRow, text: string | undefined): string | undefined {
  if (text === undefined || row.table === undefined) return text;
  const value = row.table[text];
  if (value === undefined) throw new CannotCarry(`can be ${Object.keys(row.table).join(", ")} here, not ${text}`);
  return value;
}

function refusal(name: string, scope: Scope, reason: string): LeftOut {
  const settings = scope.line?.settings ?? scope.desk.settings;
  const key = scope.slot?.key?.index;
  return {
    name,
    layer: settings.get(name)?.layer ?? "device",
    reason,
    ...(scope.line && { line: scope.line.index }),
    ...(key !== undefined && { key }),
  };
}

/** Digest of a parameter map and the layout of the files it goes into; 16 hex digits. */
export function digestOf(parameters: Parameters, layout: string): string {
  const hash = createHash("sha256").update(layout);
  for (const [name, value] of parameters) hash.update(`\n${name}\0${value}`);
  return hash.digest("hex").slice(0, 16);
}
