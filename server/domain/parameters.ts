import { createHash } from "node:crypto";
import type { RawMap } from "./device.ts";
import { dialPlanOf } from "./dial-plan.ts";
import { factOf } from "./mapping/facts.ts";
import { CannotCarry, forms, readsTable } from "./mapping/forms.ts";
import type { Run } from "./mapping/plan.ts";
import type { DeskFacts, LeftOut, Scope, SharedValues } from "./mapping/scope.ts";
import { isIdle, nameAt, scopesOf } from "./mapping/scopes.ts";
import type { MappingRow } from "./model.ts";

/** Vendor names and values in the family's order, each name once. */
export type Parameters = ReadonlyMap<string, string>;

export interface Mapped {
  readonly parameters: Parameters;
  /** What was asked for and this phone can't be told. */
  readonly leftOut: readonly LeftOut[];
}

type Report = (leftOut: LeftOut) => void;

/** Settings and facts become what the vendor calls them: the family's mapping, then the layers' raw overlay. */
export function mapParameters(desk: DeskFacts, part: "device" | "bootstrap"): Mapped {
  const parameters = new Map<string, string>();
  const leftOut = new Map<string, LeftOut>();
  const report = (each: LeftOut) => void leftOut.set(`${each.name} ${each.line} ${each.key}`, each);
  for (const run of part === "device" ? desk.plan.runs : desk.plan.bootstrap) {
    for (const scope of scopesOf(run.over, desk)) {
      const values = valuesAt(run, scope, report);
      run.rows.forEach((row, at) => {
        const value = values[at];
        if (value !== undefined) parameters.set(nameAt(row, run.over, scope), value);
      });
    }
  }
  if (part === "device") layRaw(parameters, desk);
  return { parameters, leftOut: [...leftOut.values()] };
}

function layRaw(parameters: Map<string, string>, { raw }: DeskFacts): void {
  for (const [name, value] of mergedRaw(raw)) parameters.set(name, value);
}

/** Later layers win; by name, so that the order in which people gave them changes nothing. */
function mergedRaw(raw: readonly RawMap[]): readonly [string, string][] {
  const merged: RawMap = Object.assign({}, ...raw);
  return Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Digest of what a phone is told and of the layout of its files; 16 hex digits. The same facts give the same digest,
 * and it is much cheaper than the parameters themselves: what phones share is digested once.
 */
export function digestOf(desk: DeskFacts): string {
  const hash = createHash("sha256").update(`${desk.plan.layout}${desk.templates ?? ""}\n${documentValues(desk)}\n`);
  for (const run of desk.plan.runs) {
    let text = "";
    for (const scope of scopesOf(run.over, desk)) text += `${scope.index}:${textAt(run, scope)}\n`;
    hash.update(text);
  }
  return hash
    .update(JSON.stringify(mergedRaw(desk.raw)))
    .digest("hex")
    .slice(0, 16);
}

/** Settings that stand in a document of the device count beside the parameters. */
function documentValues({ plan, settings }: DeskFacts): string {
  const others = plan.inDocuments.filter((name) => !name.startsWith("dial.") && name !== "phone.emergencyNumbers");
  const dialling = others.length < plan.inDocuments.length ? dialPlanOf(settings) : null;
  return JSON.stringify([dialling, ...others.map((name) => settings.get(name)?.value ?? null)]);
}

/** Stands for a value that is not there; no value holds it. */
const absent = "\u0001";

function textAt(run: Run, scope: Scope): string {
  if (scope.idle) return "-";
  const own = run.own.map((at) => valueAt(run.rows[at] as MappingRow, scope, ignore) ?? absent);
  return `${sharedAt(run, scope)?.digest ?? ""}\0${own.join("\0")}`;
}

function ignore(): void {}

/** The value of each row of a run where it stands. */
function valuesAt(run: Run, scope: Scope, report: Report): readonly (string | undefined)[] {
  const shared = sharedAt(run, scope);
  const values: (string | undefined)[] = shared ? [...shared.values] : [];
  for (const at of shared ? run.own : run.rows.keys()) {
    values[at] = valueAt(run.rows[at] as MappingRow, scope, report);
  }
  const line = scope.line && { line: scope.line.index };
  for (const each of shared?.leftOut ?? []) report({ ...each, ...line });
  return values;
}

/** What only settings decide, worked out once for all phones and lines with these settings. */
function sharedAt(run: Run, scope: Scope): SharedValues | undefined {
  if (scope.idle || run.shared.length === 0) return undefined;
  const { kept } = scope.desk.plan;
  const settings = scope.line?.settings ?? scope.desk.settings;
  const known = kept.get(settings) ?? new Map<Run, SharedValues>();
  const found = known.get(run) ?? makeShared(run, scope);
  kept.set(settings, known.set(run, found));
  return found;
}

function makeShared(run: Run, scope: Scope): SharedValues {
  const leftOut: LeftOut[] = [];
  const values: (string | undefined)[] = run.rows.map(() => undefined);
  for (const at of run.shared) {
    values[at] = valueAt(run.rows[at] as MappingRow, scope, ({ line: _, ...each }) => leftOut.push(each));
  }
  const text = run.shared.map((at) => values[at] ?? absent).join("\0");
  return { values, leftOut, digest: createHash("sha256").update(text).digest("base64") };
}

function valueAt(row: MappingRow, scope: Scope, report: Report): string | undefined {
  if (isIdle(row, scope)) return row.unused;
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
  if (text === undefined || row.table === undefined || readsTable.has(row.as ?? "")) return text;
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
