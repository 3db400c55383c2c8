import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Check, fieldErrors, prepareCheck } from "../domain/check.ts";
import { Country } from "../domain/country.ts";

/**
 * Reads profiles/countries/*.json, by code. Throws one Error that names every file with every field that is wrong, so
 * that all of them can be mended at once.
 */
export function readCountries(folder: string): ReadonlyMap<string, Country> {
  const problems: string[] = [];
  const check = prepareCheck(Country);
  const countries = countryFiles(folder).flatMap((name) => readCountry(folder, name, check, problems));
  if (countries.length === 0 && problems.length === 0) problems.push(`${folder}: no country was found`);
  if (problems.length > 0) throw new Error(`countries can't be used:\n  ${problems.join("\n  ")}`);
  return new Map(countries.map((country) => [country.code, country]));
}

function countryFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
}

function readCountry(folder: string, name: string, check: Check, problems: string[]): Country[] {
  const file = join(folder, name);
  const parsed = readJson(file, problems);
  if (parsed === undefined) return [];
  const errors = fieldErrors(check, parsed);
  for (const { pointer, detail } of errors) problems.push(`${file}: ${pointer || "/"} ${detail}`);
  if (errors.length > 0) return [];
  const country = parsed as Country;
  if (name !== `${country.code}.json`) {
    problems.push(`${file}: the code is "${country.code}", which is not the file's name`);
  }
  return [country];
}

function readJson(file: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
}
