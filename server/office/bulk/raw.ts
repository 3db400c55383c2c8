import type { Catalogue } from "../../catalogue/catalogue.ts";
import { escapePointer } from "../../domain/check.ts";
import type { FieldError } from "../../domain/failures.ts";
import { rawErrors } from "../devices/raw-rules.ts";

type Raw = Readonly<Record<string, string | null>>;

interface FamilyRaw {
  /** The names that a family can't have; the others are possible. */
  readonly impossible: readonly FieldError[];
  /** A change of raw values without those. */
  possible(change: Raw): Raw;
}

/** Which raw values each family can't have, found out once a family: the nearest name of a vocabulary takes long to find. */
export function createRawCheck(catalogue: Catalogue, raw: Raw): (family: string, force: boolean) => FamilyRaw {
  const known = new Map<string, FamilyRaw>();
  return (family, force) => {
    const name = `${family} ${force}`;
    const found = known.get(name) ?? familyRaw(rawErrors(raw, catalogue, family, force));
    known.set(name, found);
    return found;
  };
}

function familyRaw(impossible: readonly FieldError[]): FamilyRaw {
  const pointers = new Set(impossible.map(({ pointer }) => pointer));
  const isPossible = (name: string) => !pointers.has(`/raw/${escapePointer(name)}`);
  return {
    impossible,
    possible: (change) => Object.fromEntries(Object.entries(change).filter(([name]) => isPossible(name))),
  };
}
