import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { FamilyProfile, MappingRow } from "../../domain/model.ts";

/** What a phone does to take a change: nothing that people notice, a new registration, a restart. */
export type PhoneEffect = "silent" | "registers" | "restarts";

export interface PhoneEffects {
  /** Of a phone of this model whose parameters of these names change. */
  of(model: string, names: readonly string[]): PhoneEffect;
}

interface RowEffect {
  readonly pattern: RegExp;
  readonly effect: PhoneEffect;
}

export function createPhoneEffects(catalogue: Catalogue): PhoneEffects {
  const rows = new Map<string, readonly RowEffect[]>();
  const known = new Map<string, Map<string, PhoneEffect>>();

  function ofName(model: string, name: string): PhoneEffect {
    const names = known.get(model) ?? new Map<string, PhoneEffect>();
    known.set(model, names);
    const found =
      names.get(name) ?? worst(rowsOf(model).flatMap((row) => (row.pattern.test(name) ? [row.effect] : [])));
    names.set(name, found);
    return found;
  }

  function rowsOf(model: string): readonly RowEffect[] {
    const found = rows.get(model) ?? effectsOf(catalogue, model);
    rows.set(model, found);
    return found;
  }

  return {
    of(model, names) {
      const { effects } = familyOf(catalogue, model);
      return worst([...(effects.always ? [effects.always] : []), ...names.map((name) => ofName(model, name))]);
    },
  };
}

/** By name and not by row: a raw value changes a parameter of the same name. */
function effectsOf(catalogue: Catalogue, model: string): RowEffect[] {
  const { effects } = familyOf(catalogue, model);
  return catalogue.plan(model).runs.flatMap(({ rows }) =>
    rows.flatMap((row) => {
      const effect = row.restarts ? "restarts" : registers(effects.registers, row) ? "registers" : undefined;
      return effect ? [{ pattern: patternOf(row), effect }] : [];
    }),
  );
}

function familyOf(catalogue: Catalogue, model: string): FamilyProfile {
  const { family } = catalogue.model(model) ?? {};
  if (family === undefined) throw new Error(`there is no model "${model}"`);
  return catalogue.family(family);
}

function registers(sources: readonly string[], { from }: MappingRow): boolean {
  return [from ?? []]
    .flat()
    .some((name) => sources.some((each) => (each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each)));
}

function patternOf({ to }: MappingRow): RegExp {
  const escaped = to.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\\\{\w+\\\}/g, "\\d+")}$`);
}

function worst(effects: readonly PhoneEffect[]): PhoneEffect {
  if (effects.includes("restarts")) return "restarts";
  return effects.includes("registers") ? "registers" : "silent";
}
