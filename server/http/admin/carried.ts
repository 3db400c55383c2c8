import { escapePointer } from "../../domain/check.ts";
import type { FamilyProfile } from "../../domain/model.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import type { AdminParts } from "./parts.ts";

export interface Carried {
  readonly carried: ReadonlySet<string>;
  readonly notCarried: ReadonlySet<string>;
}

/** Which settings phones of a family can be told: what the rules for devices would refuse is not carried. */
export function carriedSettings({ notCarried }: Pick<AdminParts, "notCarried">, family: FamilyProfile): Carried {
  const names = [...settingDefinitions.keys()];
  const given = Object.fromEntries(names.map((name) => [name, true]));
  const refused = new Set(notCarried(given, family).map(({ pointer }) => pointer));
  const isRefused = (name: string) => refused.has(`/settings/${escapePointer(name)}`);
  return {
    carried: new Set(names.filter((name) => !isRefused(name))),
    notCarried: new Set(names.filter(isRefused)),
  };
}
