import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Shelf, ShelfFile } from "../../firmware/shelf.ts";

/** A load that can be served, or could if it were whole. */
export interface FirmwareSet {
  /** As `firmware.version` names it: without ending. */
  readonly name: string;
  /** `loads`: a list and what it names; `package`: the same of PhoneOS; `bin`: one image. */
  readonly kind: "loads" | "package" | "bin";
  readonly files: readonly ShelfFile[];
  readonly missing: readonly string[];
  readonly bytes: number;
  /** Ids of the models whose loads begin like it. */
  readonly models: readonly string[];
  readonly families: readonly string[];
}

export interface SetParts {
  readonly shelf: Shelf;
  readonly catalogue: Catalogue;
}

/** Every `.loads`, and every image of another ending that some model's loads begin like (SPA: `.bin`, 7960: `.sb2`). */
export function listSets({ shelf, catalogue }: SetParts): FirmwareSet[] {
  const endings = [...new Set([".loads", ...catalogue.families.map(({ firmware }) => firmware.ending)])];
  const found = new Map<string, { name: string; endings: string[] }>();
  for (const ending of endings) {
    for (const name of shelf.loads(ending)) {
      if (ending !== ".loads" && modelsFor(catalogue, name, [ending]).length === 0) continue;
      const known = found.get(name.toLowerCase());
      if (known) known.endings.push(ending);
      else found.set(name.toLowerCase(), { name, endings: [ending] });
    }
  }
  return [...found.values()].map((each) => describe({ shelf, catalogue }, each.name, each.endings));
}

function describe({ shelf, catalogue }: SetParts, name: string, endings: readonly string[]): FirmwareSet {
  const files = [...new Set(endings.flatMap((ending) => shelf.parts(name, ending)))];
  const models = modelsFor(catalogue, name, endings);
  return {
    name,
    kind: kindOf(files),
    files,
    missing: [...new Set(endings.flatMap((ending) => shelf.missing(name, ending)))],
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    models: models.map(({ id }) => id),
    families: [...new Set(models.map(({ family }) => family))],
  };
}

function kindOf(files: readonly ShelfFile[]): FirmwareSet["kind"] {
  if (!files.some(({ name }) => /\.loads$/i.test(name))) return "bin";
  return files.some(({ name }) => /\.pkg$|(?:^|\/)PHONEOS[^/]*\.loads$/i.test(name)) ? "package" : "loads";
}

function modelsFor({ models, family }: Catalogue, name: string, endings: readonly string[]) {
  const small = name.toLowerCase();
  return models.filter(
    (model) =>
      endings.includes(family(model.family).firmware.ending) &&
      model.firmware.loads.some((beginning) => small.startsWith(beginning.toLowerCase())),
  );
}
