import { createHash } from "node:crypto";
import type { CommonDesk, MappedDesk, ModelDesk } from "../domain/desk.ts";
import type { FamilyProfile, FileSpec } from "../domain/model.ts";
import { type OwnTemplates, partialsWith, templatesIn } from "../domain/template.ts";
import { ByteCache } from "../lib/byte-cache.ts";
import { formOf } from "./output-check.ts";
import { finished, inputOf, type PhoneFiles, type RenderedFile } from "./phone-files.ts";
import type { Renderer } from "./renderer.ts";
import type { Sandbox } from "./sandbox.ts";
import type { TemplateBundle } from "./sandbox-jobs.ts";
import { TemplateRest } from "./sandbox-rest.ts";
import type { TemplateInput } from "./template-context.ts";

/**
 * The files that phones ask for, with what their organization made of the templates. TEMPLATE_FAILED, with the
 * TemplateError as its cause, when an own template fails: the shipped one does not take its place, since a phone that
 * gets another file than it was given keeps that one, and nobody sees it.
 */
export interface OrganizationFiles {
  forDevice(spec: FileSpec, desk: MappedDesk): Promise<RenderedFile>;
  forModel(spec: FileSpec, desk: ModelDesk): Promise<RenderedFile>;
  forFamily(
    spec: FileSpec,
    family: FamilyProfile,
    common: CommonDesk,
    shelf: readonly { readonly name: string }[],
  ): Promise<RenderedFile>;
}

export interface OrganizationFilesParts {
  readonly files: PhoneFiles;
  readonly renderer: Renderer;
  readonly sandbox: Sandbox;
  readonly cacheBytes?: number;
}

export function createOrganizationFiles(parts: OrganizationFilesParts): OrganizationFiles {
  const { files, renderer, sandbox, cacheBytes = 64 * 1024 * 1024 } = parts;
  const cache = new ByteCache(cacheBytes);
  const rest = new TemplateRest();
  /** By key, files that are being made: whoever asks for the same meanwhile gets the same. */
  const making = new Map<string, Promise<Buffer>>();

  async function make(bundle: OwnBundle, spec: FileSpec, family: FamilyProfile, input: TemplateInput) {
    const form = formOf(spec, family);
    const key = `${bundle.digest}/${family.format}/${form}/${digestOfInput(input)}`;
    const known = cache.find(key) ?? making.get(key);
    if (known) return finished(spec, family, await known);
    const made = render(bundle, { bundle, format: family.format, form, input })
      .then((body) => cache.getOrMake(key, () => body))
      .finally(() => making.delete(key));
    making.set(key, made);
    return finished(spec, family, await made);
  }

  async function render({ digest, group }: OwnBundle, job: Parameters<Sandbox["render"]>[0]): Promise<Buffer> {
    rest.refuse(digest);
    // Asked again when its turn has come: another phone may have shown meanwhile what the template takes.
    return await sandbox.render(job, { group, guard: (work) => rest.guard(digest, work) });
  }

  return {
    async forDevice(spec, desk) {
      const bundle = bundleOf(renderer, spec, desk.own);
      if (!bundle) return files.forDevice(spec, desk);
      return await make(bundle, spec, desk.family, inputOf(desk.family, desk.parameters, desk.model));
    },
    async forModel(spec, desk) {
      const bundle = bundleOf(renderer, spec, desk.own);
      if (!bundle) return files.forModel(spec, desk);
      return await make(bundle, spec, desk.family, inputOf(desk.family, desk.parameters, desk.model));
    },
    async forFamily(spec, family, { own, settings }, shelf) {
      const bundle = bundleOf(renderer, spec, own);
      if (!bundle) return files.forFamily(spec, family, settings, shelf);
      return await make(bundle, spec, family, inputOf(family, new Map()));
    },
  };
}

interface OwnBundle extends TemplateBundle {
  /** The same for all that is made with one organization's templates. */
  readonly group: string;
}

/** The template of a file with every partial it reaches; undefined where none of them is the organization's own. */
function bundleOf(renderer: Renderer, { template }: FileSpec, own?: OwnTemplates): OwnBundle | undefined {
  if (template === undefined || !own || own.size === 0) return undefined;
  const names = [...templatesIn(template, partialsWith(own, renderer.partials))].sort();
  if (!names.some((name) => own.has(name))) return undefined;
  const sources = new Map<string, string>();
  for (const name of names) {
    const source = own.get(name)?.source ?? renderer.sources.get(name);
    // One that is gone from what Offhook brings is missed when it is called, and told.
    if (source !== undefined) sources.set(name, source);
  }
  const digests = names.map((name) => own.get(name)?.digest ?? renderer.digest(name));
  const group = digestOf([...own].map(([name, { digest }]) => [name, digest]));
  return { template, sources, group, digest: digestOf([template, names, digests]) };
}

function digestOfInput({ model, names, parameters }: TemplateInput): string {
  return digestOf([model, names, parameters]);
}

function digestOf(value: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}
