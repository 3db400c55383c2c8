import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { MappedDesk, ModelDesk } from "../../domain/desk.ts";
import { Failure, type FieldError } from "../../domain/failures.ts";
import { applies } from "../../domain/mapping/plan.ts";
import type { FamilyProfile, FileSpec, ModelProfile } from "../../domain/model.ts";
import { type OwnTemplates, partialsWith, templatesIn } from "../../domain/template.ts";
import type { OrganizationFiles } from "../../render/organization-files.ts";
import type { RenderedFile } from "../../render/phone-files.ts";
import type { Renderer } from "../../render/renderer.ts";
import { finding } from "../refusals.ts";
import { sampleBootstrap, sampleDesk } from "./sample.ts";

/** A file of a family that a template takes part in. */
export interface TemplateUse {
  readonly family: FamilyProfile;
  readonly spec: FileSpec;
}

export interface TrialParts {
  readonly catalogue: Catalogue;
  readonly renderer: Renderer;
  /** Renders what no phone waits for. */
  readonly trial: OrganizationFiles;
  /** For a template on all models together. */
  readonly trialMs?: number;
}

/** What the files of one phone are made of. */
export interface TrialDesks {
  readonly device: MappedDesk;
  readonly bootstrap: ModelDesk;
}

type Partials = (name: string) => readonly string[];

/** Every file that a template takes part in, itself or as a partial. */
export function usesOf({ families }: Catalogue, name: string, partials: Partials): readonly TemplateUse[] {
  return families.flatMap((family) =>
    family.files
      .filter(({ template }) => template !== undefined && templatesIn(template, partials).has(name))
      .map((spec) => ({ family, spec })),
  );
}

/** Files that any phone may ask for are of the organization `default`: its templates decide there, and no other's. */
export function isDecidedBy(organization: string, { spec }: TemplateUse): boolean {
  return spec.serves === "device" || organization === "default";
}

/** What speaks against these templates: one that comes back to itself, else files that a phone could not read. */
export async function wrongWith(
  parts: TrialParts,
  organization: string,
  name: string,
  own: OwnTemplates,
  pointer: string,
): Promise<readonly FieldError[]> {
  const { catalogue, renderer } = parts;
  const circles = circleErrors(own, renderer.partials, pointer);
  if (circles.length > 0) return circles;
  const uses = usesOf(catalogue, name, partialsWith(own, renderer.partials));
  const reasons = await tryOnModels(
    parts,
    uses.filter((use) => isDecidedBy(organization, use)),
    own,
  );
  return reasons.map((reason) => finding(pointer, "template", reason));
}

/**
 * The first own template that comes back to itself through its partials. Those that Offhook brings may: they go down a
 * tree of elements, and end with it.
 */
export function circleErrors(own: OwnTemplates, shipped: Partials, pointer: string): readonly FieldError[] {
  const partials = partialsWith(own, shipped);
  const isCircle = (name: string) => partials(name).some((partial) => templatesIn(partial, partials).has(name));
  const circle = [...own.keys()].find(isCircle);
  return circle === undefined ? [] : [finding(pointer, "recursive", `${circle} comes back to itself by its partials`)];
}

const mostReasons = 10;
const mostNamed = 3;

/**
 * Renders files for every model: filled with lines, keys, modules and names that break formats, and bare. Gives what
 * went wrong; nothing when a phone could read them all.
 */
async function tryOnModels(
  parts: TrialParts,
  uses: readonly TemplateUse[],
  own: OwnTemplates,
): Promise<readonly string[]> {
  const { trialMs = 15_000 } = parts;
  const started = performance.now();
  const wrong = new Map<string, string[]>();
  for (const { spec, who, desks } of trialsOf(parts, uses)) {
    const reason = await reasonOf(tryFile(parts, spec, desks(), own));
    const told = `${reason} (${spec.id} of `;
    if (reason !== undefined) wrong.set(told, [...(wrong.get(told) ?? []), who]);
    if (wrong.size >= mostReasons) break;
    if (performance.now() - started > trialMs) return [`takes longer than ${trialMs} ms on all models`];
  }
  return [...wrong].map(([told, models]) => `${told}${listed(models)})`);
}

function listed(models: readonly string[]): string {
  const more = models.length > mostNamed ? ` and ${models.length - mostNamed} more` : "";
  return `${models.slice(0, mostNamed).join(", ")}${more}`;
}

/** A file with own templates that are not in force, in the way that those in force are rendered. */
export async function tryFile(
  { trial }: TrialParts,
  spec: FileSpec,
  { device, bootstrap }: TrialDesks,
  own: OwnTemplates,
): Promise<RenderedFile> {
  // A desk makes its parameters when they are looked at: they are not among what is spread.
  const { parameters } = device;
  if (spec.serves === "device") return await trial.forDevice(spec, { ...device, parameters, own });
  if (spec.serves === "bootstrap") return await trial.forModel(spec, { ...bootstrap, own });
  return await trial.forFamily(spec, device.family, { settings: device.settings, own }, []);
}

interface Trial {
  readonly spec: FileSpec;
  readonly who: string;
  desks(): TrialDesks;
}

function trialsOf({ catalogue }: TrialParts, uses: readonly TemplateUse[]): Trial[] {
  const desks = (model: ModelProfile, isFilled: boolean): TrialDesks => ({
    device: sampleDesk(catalogue, model, isFilled),
    bootstrap: sampleBootstrap(catalogue, model),
  });
  return uses.flatMap(({ family, spec }) => {
    const models = catalogue.models.filter((model) => model.family === family.id && applies(spec.when, model));
    const concerned = spec.serves === "common" ? models.slice(0, 1) : models;
    return concerned.flatMap((model) => [
      { spec, who: model.id, desks: () => desks(model, true) },
      ...(spec.serves === "device"
        ? [{ spec, who: `${model.id} without lines`, desks: () => desks(model, false) }]
        : []),
    ]);
  });
}

/** What a template did wrong; anything else that fails is no finding. */
export async function reasonOf(made: Promise<unknown>): Promise<string | undefined> {
  try {
    await made;
    return undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "TEMPLATE_FAILED") return error.message;
    throw error;
  }
}
