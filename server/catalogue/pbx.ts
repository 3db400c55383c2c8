import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fieldErrors, prepareCheck } from "../domain/check.ts";
import { PbxKind } from "../domain/pbx.ts";

/** Reads profiles/pbx/*.json. Throws one Error that names every file with every field that is wrong. */
export function readPbxKinds(folder: string): ReadonlyMap<string, PbxKind> {
  const check = prepareCheck(PbxKind);
  const problems: string[] = [];
  const kinds = new Map<string, PbxKind>();
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".json")) continue;
    const file = join(folder, name);
    try {
      const kind = JSON.parse(readFileSync(file, "utf8")) as PbxKind;
      for (const { pointer, detail } of fieldErrors(check, kind)) problems.push(`${file}: ${pointer || "/"} ${detail}`);
      if (`${kind.id}.json` !== name) problems.push(`${file}: the id is "${kind.id}", which is not the file's name`);
      kinds.set(kind.id, kind);
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new Error(`profiles can't be used:\n  ${problems.join("\n  ")}`);
  return kinds;
}
