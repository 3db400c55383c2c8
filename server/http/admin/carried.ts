import type { ModelProfile } from "../../domain/model.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import type { AdminParts } from "./parts.ts";

export interface Carried {
  readonly carried: ReadonlySet<string>;
  readonly notCarried: ReadonlySet<string>;
}

/** Which settings a model is told; what Offhook decides by itself counts as told. */
export function carriedSettings({ catalogue }: Pick<AdminParts, "catalogue">, { id }: ModelProfile): Carried {
  const { carried } = catalogue.plan(id);
  const isTold = (name: string) => carried.has(name) || settingDefinitions.get(name)?.own === true;
  const names = [...settingDefinitions.keys()];
  return { carried: new Set(names.filter(isTold)), notCarried: new Set(names.filter((name) => !isTold(name))) };
}
