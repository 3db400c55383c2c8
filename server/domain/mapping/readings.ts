import type { FamilyProfile, MappingRow, ModelProfile } from "../model.ts";
import { type Fact, factNamed, type Report } from "./facts.ts";
import { CannotCarry, type Form, forms, readsTable } from "./forms.ts";
import type { LeftOut, Scope } from "./scope.ts";

/** Reads what a row says where it stands; undefined where it says nothing. */
export type Reading = (scope: Scope, report: Report) => string | undefined;

/** How a row of a model's plan is read. Worked out once: what a phone is told takes hundreds of rows. */
export function readingOf(row: MappingRow, family: FamilyProfile, model: ModelProfile): Reading {
  const { only, unused, value } = row;
  const told = value === undefined ? factsReading(row, family, model) : () => value;
  if (only === undefined) return (scope, report) => (scope.idle ? unused : told(scope, report));
  return (scope, report) => {
    const key = scope.slot?.key;
    return scope.idle || (key && !only.includes(key.type)) ? unused : told(scope, report);
  };
}

function factsReading(row: MappingRow, family: FamilyProfile, model: ModelProfile): Reading {
  const names = typeof row.from === "string" ? [row.from] : (row.from ?? []);
  const facts = names.map((name) => factNamed(name, (each) => model.limits[each] ?? family.limits[each]));
  const form = forms[row.as ?? "text"] as Form;
  return (scope, report) => {
    const values = valuesOf(facts, scope, report);
    if (values === undefined) return row.otherwise;
    try {
      return translated(row, form({ values, row, scope })) ?? row.otherwise;
    } catch (error) {
      if (!(error instanceof CannotCarry)) throw error;
      report(refusal(names[0] ?? row.to, scope, error.message));
      return row.otherwise;
    }
  };
}

/** In the order of the facts; undefined when none of them is there. */
function valuesOf(facts: readonly Fact[], scope: Scope, report: Report): readonly unknown[] | undefined {
  const values: unknown[] = [];
  let isThere = false;
  for (const fact of facts) {
    const value = fact(scope, report);
    isThere ||= value !== undefined;
    values.push(value);
  }
  return isThere ? values : undefined;
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
