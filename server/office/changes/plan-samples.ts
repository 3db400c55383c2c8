import { createTwoFilesPatch } from "diff";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import { Failure } from "../../domain/failures.ts";
import { applies } from "../../domain/mapping/plan.ts";
import { maskParameters } from "../../domain/secret-parameters.ts";
import type { OrganizationFiles } from "../../render/organization-files.ts";
import type { Desk } from "../desk/desk.ts";
import { mask } from "../sealing.ts";
import { differencesIn, type ParameterDifference } from "./parameter-differences.ts";
import type { PlanGroup } from "./plan-groups.ts";

/** A group with what changes for one of its phones; nothing in it is secret. */
export interface PlannedGroup extends Omit<PlanGroup, "sample" | "names"> {
  readonly sample: {
    readonly mac: string;
    readonly model: string;
    /** The first two hundred. */
    readonly parameters: readonly ParameterDifference[];
    readonly file: FileDifference | undefined;
  };
  readonly parameters: readonly string[];
}

/** What a phone is told now and what it would be told. Both hold secrets. */
export interface DeskPair {
  readonly before: Desk;
  readonly after: Desk;
}

/** A unified difference of the phone's own file, or why there is none. */
export interface FileDifference {
  readonly name: string;
  readonly text?: string;
  readonly reason?: string;
}

export interface SampleParts {
  readonly catalogue: Catalogue;
  readonly files: OrganizationFiles;
}

export interface PlanSamples {
  show(group: PlanGroup, pair: DeskPair): Promise<PlannedGroup>;
}

const mostParameters = 200;
/** In lines added and removed, and in characters: of another model every line is another one. */
const mostLines = 400;
const mostText = 50_000;

export function createPlanSamples(parts: SampleParts): PlanSamples {
  const { catalogue } = parts;
  return {
    async show({ sample, names, ...group }, { before, after }) {
      const family = catalogue.family(after.family.id);
      const shown = names.slice(0, mostParameters);
      return {
        ...group,
        parameters: names,
        sample: {
          mac: sample.id,
          model: after.model.id,
          parameters: differencesIn(family, shown, before.parameters, after.parameters),
          file: await fileDifference(parts, before, after),
        },
      };
    },
  };
}

async function fileDifference(parts: SampleParts, before: Desk, after: Desk): Promise<FileDifference | undefined> {
  const name = nameOf(after);
  if (name === undefined) return undefined;
  try {
    const [then, now] = [await textOf(parts, after), await textOf(parts, before)];
    return now === then ? { name, reason: whySame(before, after) } : { name, ...compare(name, now, then) };
  } catch (error) {
    // An own template that breaks on these values must not keep people from seeing the rest.
    if (error instanceof Failure) return { name, reason: error.message };
    throw error;
  }
}

function compare(name: string, before: string, after: string): Pick<FileDifference, "text" | "reason"> {
  const options = { context: 2, maxEditLength: mostLines };
  const text = createTwoFilesPatch(name, name, before, after, "now", "then", options);
  if (text === undefined) return { reason: `more than ${mostLines} lines differ` };
  return text.length > mostText ? { reason: `the difference is longer than ${mostText} characters` } : { text };
}

/** Secrets look alike where they are masked. */
function whySame({ parameters: before }: Desk, { parameters: after }: Desk): string {
  const isOther = [...after].some(([name, value]) => before.get(name) !== value);
  return isOther
    ? "only secrets differ, which are masked here"
    : "the file is the same; another file of the phone differs";
}

/** As this phone writes its MAC, which is seen from what it asks for at boot. */
function nameOf(desk: Desk): string | undefined {
  const { mac } = desk.device.body;
  const isUpper = desk.family.boot.some(({ ask }) => ask.includes("{MAC}"));
  const names = ownFile(desk)?.names ?? [];
  // Other names have folders, and in them words of the phone's own for its model.
  const name = names.find((each) => !each.includes("/")) ?? names[0];
  return name?.replace(/^\*/, "").replaceAll("{mac}", isUpper ? mac.toUpperCase() : mac);
}

function ownFile({ family, model }: Desk) {
  return family.files.find(({ serves, when }) => serves === "device" && applies(when, model));
}

/** With its secrets masked; rendered files are kept by digest, so that this one has a digest of its own. */
async function textOf({ catalogue, files }: SampleParts, desk: Desk): Promise<string> {
  const spec = ownFile(desk);
  if (!spec) return "";
  const parameters = maskParameters(desk.parameters, catalogue.family(desk.family.id), mask);
  return String((await files.forDevice(spec, desk.showing(parameters, `preview-${desk.digest}`))).body);
}
