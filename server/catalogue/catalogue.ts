import { join } from "node:path";
import type { Country } from "../domain/country.ts";
import { type Candidate, createNameIndex, type NameIndex } from "../domain/identify.ts";
import { type Mac, parseMac } from "../domain/mac.ts";
import { createPlan, type Plan } from "../domain/mapping/plan.ts";
import type { FileSpec, ModelProfile } from "../domain/model.ts";
import type { PbxKind } from "../domain/pbx.ts";
import type { TimeZoneTable } from "../domain/time-zone.ts";
import { readCountries } from "./countries.ts";
import { type LoadedFamily, type LoadedProfiles, loadProfiles } from "./load.ts";
import { readPbxKinds } from "./pbx.ts";

/** What a user agent tells: a guess at the model, never a proof. */
export interface AgentFacts {
  readonly model: ModelProfile;
  readonly mac?: Mac;
  readonly firmware?: string;
  readonly serial?: string;
}

/** Every model and family, indexed; immutable. */
export interface Catalogue {
  readonly models: readonly ModelProfile[];
  readonly families: readonly LoadedFamily[];
  readonly zones: TimeZoneTable;
  readonly countries: ReadonlyMap<string, Country>;
  readonly pbxKinds: ReadonlyMap<string, PbxKind>;
  readonly names: NameIndex;
  /** How a model is told its settings. Throws on an id that no model has. */
  plan(id: string): Plan;
  model(id: string): ModelProfile | undefined;
  family(id: string): LoadedFamily;
  byUserAgent(userAgent: string): AgentFacts | undefined;
}

/** Reads and indexes `folder` (profiles/). Throws when a profile is wrong, naming file and field. */
export function createCatalogue(folder: string): Catalogue {
  const profiles = loadProfiles(folder);
  const families = new Map(profiles.families.map((family) => [family.id, family]));
  const models = new Map(profiles.models.map((model) => [model.id, model]));
  const plans = new Map(
    profiles.models.flatMap((model) => {
      const family = families.get(model.family);
      return family ? [[model.id, createPlan(family, model)] as const] : [];
    }),
  );
  const agents = profiles.models.flatMap((model) =>
    model.recognise.userAgent === undefined ? [] : [{ model, pattern: new RegExp(model.recognise.userAgent, "i") }],
  );
  return {
    models: profiles.models,
    families: profiles.families,
    zones: profiles.zones,
    countries: readCountries(join(folder, "countries")),
    pbxKinds: readPbxKinds(join(folder, "pbx")),
    names: createNameIndex(namesOf(profiles)),
    plan(id) {
      const plan = plans.get(id);
      if (!plan) throw new Error(`there is no model "${id}"`);
      return plan;
    },
    model: (id) => models.get(id),
    family(id) {
      const family = families.get(id);
      if (!family) throw new Error(`there is no family "${id}"`);
      return family;
    },
    byUserAgent(userAgent) {
      for (const { model, pattern } of agents) {
        const groups = pattern.exec(userAgent)?.groups;
        if (groups) return { model, ...facts(groups) };
      }
      return undefined;
    },
  };
}

function facts({ mac: text = "", firmware, serial }: Record<string, string>): Omit<AgentFacts, "model"> {
  const mac = parseMac(text);
  return { ...(mac && { mac }), ...(firmware && { firmware }), ...(serial && { serial }) };
}

/** Each name of each family, with what stands for a model ({psn}, {pn}) written out. */
function namesOf({ families, models }: LoadedProfiles): { name: string; candidate: Candidate }[] {
  return families.flatMap((family) =>
    family.files.flatMap((file) =>
      file.names.flatMap((name) =>
        /\{psn\}|\{pn\}/.test(name)
          ? models.filter((model) => model.family === family.id).flatMap((model) => ofModel(name, file, model))
          : [{ name, candidate: { family: family.id, file } }],
      ),
    ),
  );
}

function ofModel(name: string, file: FileSpec, model: ModelProfile): { name: string; candidate: Candidate }[] {
  const values = name.includes("{psn}") ? model.recognise.psn : model.recognise.pn;
  return values.map((value) => ({
    name: name.replace("{psn}", value).replace("{pn}", value),
    candidate: { family: model.family, model: model.id, file },
  }));
}
