import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { prepareCheck } from "../domain/check.ts";
import { FamilyProfile, ModelProfile } from "../domain/model.ts";
import type { TimeZoneTable } from "../domain/time-zone.ts";
import { readChecked } from "./json-table.ts";
import { readVocabulary, type Vocabulary } from "./vocabulary.ts";

export interface LoadedFamily extends FamilyProfile {
  readonly vocabularyTable: Vocabulary;
}

export interface LoadedProfiles {
  readonly families: readonly LoadedFamily[];
  readonly models: readonly ModelProfile[];
  readonly zones: TimeZoneTable;
}

/**
 * Reads profiles/<vendor>/*.json. Throws one Error that names every file with every field that is wrong, so that all
 * of them can be mended at once.
 */
export function loadProfiles(folder: string): LoadedProfiles {
  const problems: string[] = [];
  const files = profileFiles(folder);
  const familyFiles = files.filter((file) => file.endsWith(".family.json"));
  const modelFiles = files.filter((file) => !file.endsWith(".family.json"));
  const [ofFamily, ofModel] = [prepareCheck(FamilyProfile), prepareCheck(ModelProfile)];
  const families = familyFiles.flatMap((file) => readChecked<FamilyProfile>(file, ofFamily, problems, idOf));
  const models = modelFiles.flatMap((file) => readChecked<ModelProfile>(file, ofModel, problems, idOf));
  const loaded = families.map((family) => ({
    ...family,
    vocabularyTable: readVocabulary(join(folder, "vocabulary", family.vocabulary)),
  }));
  for (const model of models) {
    if (!families.some((family) => family.id === model.family)) {
      problems.push(`${model.id}: there is no family "${model.family}"`);
    }
  }
  if (models.length === 0) problems.push(`${folder}: no model was found`);
  if (problems.length > 0) throw new Error(`profiles can't be used:\n  ${problems.join("\n  ")}`);
  return { families: loaded, models: models.sort(byId), zones: readTimeZones(join(folder, "time-zones.json")) };
}

/** Folders of profiles/ that are no vendor. */
const tables = ["vocabulary", "countries", "pbx"];

function profileFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !tables.includes(entry.name))
    .flatMap((vendor) => readdirSync(join(folder, vendor.name)).map((name) => join(folder, vendor.name, name)))
    .filter((file) => file.endsWith(".json"))
    .sort();
}

function readTimeZones(file: string): TimeZoneTable {
  return JSON.parse(readFileSync(file, "utf8")) as TimeZoneTable;
}

const idOf = ({ id }: { id: string }) => id;

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
