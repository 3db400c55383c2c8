import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TSchema } from "typebox";
import { type Check, fieldErrors, prepareCheck } from "../domain/check.ts";

export interface JsonTable<Entry> {
  readonly folder: string;
  readonly schema: TSchema;
  /** What an entry is called; its file bears the same name. */
  readonly nameOf: (entry: Entry) => string;
}

/**
 * Reads a folder of JSON files, one entry each, by name. Throws one Error that names every file with every field that is
 * wrong, so that all of them can be mended at once.
 */
export function readJsonTable<Entry>({ folder, nameOf, schema }: JsonTable<Entry>): ReadonlyMap<string, Entry> {
  const problems: string[] = [];
  const check = prepareCheck(schema);
  const entries = jsonFiles(folder).flatMap((file) => readChecked<Entry>(file, check, problems, nameOf));
  if (entries.length === 0 && problems.length === 0) problems.push(`${folder}: nothing was found`);
  if (problems.length > 0) throw new Error(`${basename(folder)} can't be used:\n  ${problems.join("\n  ")}`);
  return new Map(entries.map((entry) => [nameOf(entry), entry]));
}

/** The entry of one file, or none and what is wrong with it. The file's name must end with the entry's. */
export function readChecked<Entry>(
  file: string,
  check: Check,
  problems: string[],
  nameOf: (entry: Entry) => string,
): Entry[] {
  const parsed = readJson(file, problems);
  if (parsed === undefined) return [];
  const errors = fieldErrors(check, parsed);
  for (const { pointer, detail } of errors) problems.push(`${file}: ${pointer || "/"} ${detail}`);
  if (errors.length > 0) return [];
  const entry = parsed as Entry;
  const name = nameOf(entry);
  if (!file.replaceAll("\\", "/").includes(`/${name}.`)) {
    problems.push(`${file}: is called "${name}" inside, which is not the file's name`);
  }
  return [entry];
}

function jsonFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => join(folder, name));
}

function readJson(file: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
}
