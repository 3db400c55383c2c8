import type { LoadedFamily } from "../../catalogue/load.ts";
import { type Passage, valuesOf } from "../../domain/mapping/passages.ts";
import type { Parameters } from "../../domain/parameters.ts";
import { secretParameters } from "../../domain/secret-parameters.ts";
import type { Outline } from "../desk/outline.ts";
import { mask } from "../sealing.ts";

/** One vendor name whose value differs; without `before` or `after` it is not there. Of a secret both are masked. */
export interface ParameterDifference {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly secret?: true;
}

/** A desk or its outline. */
export type Compared = Pick<Outline, "family" | "plan" | "raw" | "passages" | "parameters">;

/** Vendor names whose values differ, appear or go, without the stamp of the content itself. */
export function differingNames(before: Compared, after: Compared): string[] {
  const { stamp } = after.family;
  const names = inPassages(before, after) ?? inMaps(before.parameters, after.parameters);
  return names.filter((name) => name !== stamp);
}

/** Passage by passage, most of which thousands of phones share; undefined where they do not stand side by side. */
function inPassages(before: Compared, after: Compared): string[] | undefined {
  const [now, then] = [before.passages, after.passages];
  if (before.plan !== after.plan || now.length !== then.length) return undefined;
  if (JSON.stringify(before.raw) !== JSON.stringify(after.raw)) return undefined;
  const names: string[] = [];
  for (let at = 0; at < then.length; at++) {
    const [one, other] = [now[at] as Passage, then[at] as Passage];
    if (one.run !== other.run || one.names !== other.names) return undefined;
    if (!isSame(one, other)) addDiffering(names, one, other);
  }
  // A raw value stands over whatever the mapping says, the same before and after.
  const raw = Object.assign({}, ...after.raw);
  return names.filter((name) => !(name in raw));
}

function isSame(one: Passage, other: Passage): boolean {
  if (one === other) return true;
  if (one.idle !== other.idle || one.shared?.digest !== other.shared?.digest) return false;
  return one.own.length === other.own.length && one.own.every((value, at) => value === other.own[at]);
}

function addDiffering(names: string[], one: Passage, other: Passage): void {
  const [now, then] = [valuesOf(one), valuesOf(other)];
  for (let at = 0; at < other.names.length; at++) if (now[at] !== then[at]) names.push(other.names[at] as string);
}

function inMaps(now: Parameters, then: Parameters): string[] {
  const changed = [...then].filter(([name, value]) => now.get(name) !== value).map(([name]) => name);
  return [...changed, ...[...now.keys()].filter((name) => !then.has(name))];
}

/** The same with the values, for people to look at. */
export function differencesIn(
  family: LoadedFamily,
  names: readonly string[],
  before: Parameters,
  after: Parameters,
): ParameterDifference[] {
  const isSecret = secretParameters(family);
  return names.map((name) => {
    const secret = isSecret(name);
    const shown = (value: string) => (secret && value !== "" ? mask : value);
    const [was, is] = [before.get(name), after.get(name)];
    return {
      name,
      ...(was !== undefined && { before: shown(was) }),
      ...(is !== undefined && { after: shown(is) }),
      ...(secret && { secret }),
    };
  });
}
