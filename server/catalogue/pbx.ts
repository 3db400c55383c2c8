import { PbxKind } from "../domain/pbx.ts";
import { readJsonTable } from "./json-table.ts";

/** Reads profiles/pbx/*.json, by id. Throws one Error that names every file with every field that is wrong. */
export function readPbxKinds(folder: string): ReadonlyMap<string, PbxKind> {
  return readJsonTable<PbxKind>({ folder, schema: PbxKind, nameOf: ({ id }) => id });
}
