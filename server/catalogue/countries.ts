import { Country } from "../domain/country.ts";
import { readJsonTable } from "./json-table.ts";

/** Reads profiles/countries/*.json, by code. Throws one Error that names every file with every field that is wrong. */
export function readCountries(folder: string): ReadonlyMap<string, Country> {
  return readJsonTable<Country>({ folder, schema: Country, nameOf: ({ code }) => code });
}
