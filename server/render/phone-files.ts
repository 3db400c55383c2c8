import { createHash } from "node:crypto";
import type { MappedDesk, ModelDesk } from "../domain/desk.ts";
import { Failure } from "../domain/failures.ts";
import type { FamilyProfile, FileSpec } from "../domain/model.ts";
import type { Parameters } from "../domain/parameters.ts";
import type { ResolvedSettings } from "../domain/settings.ts";
import { ByteCache } from "../lib/byte-cache.ts";
import { formats } from "./formats.ts";
import type { Renderer } from "./renderer.ts";
import { type TemplateInput, templateContext } from "./template-context.ts";

export interface RenderedFile {
  readonly body: Buffer;
  /** Over the plain bytes. */
  readonly tag: string;
  readonly contentType: string;
}

/** The files that phones ask for, as bytes, by the templates that Offhook brings. Same inputs, same bytes. */
export interface PhoneFiles {
  forDevice(spec: FileSpec, desk: MappedDesk): RenderedFile;
  forModel(spec: FileSpec, desk: ModelDesk): RenderedFile;
  /** A companion for any phone of a family; `shelf` are the files that lists of rings and pictures name. */
  forFamily(
    spec: FileSpec,
    family: FamilyProfile,
    settings: ResolvedSettings,
    shelf: readonly { readonly name: string }[],
  ): RenderedFile;
}

export interface PhoneFilesParts {
  readonly renderer: Renderer;
  readonly cacheBytes?: number;
}

export function createPhoneFiles({ renderer, cacheBytes = 64 * 1024 * 1024 }: PhoneFilesParts): PhoneFiles {
  const cache = new ByteCache(cacheBytes);
  // To hash 30 KB takes 20 µs, at each request of a phone.
  const tags = new WeakMap<Buffer, string>();
  const numbers = new WeakMap<ResolvedSettings, number>();
  let last = 0;

  /** Phones with the same settings share these documents; what is kept of them counts as all that is kept. */
  function documentOf(spec: FileSpec, document: string, settings: ResolvedSettings): Buffer {
    const number = numbers.get(settings) ?? ++last;
    numbers.set(settings, number);
    const make = () => renderer.build(document, { settings, shelf: [], folder: folderOf(spec) });
    return cache.getOrMake(`settings ${number}/${spec.id}`, make);
  }

  return {
    forDevice(spec, desk) {
      const { family, settings, digest, model } = desk;
      const key = `${digest}/${spec.id}/${spec.template === undefined ? "" : renderer.digest(spec.template)}`;
      const body = cache.getOrMake(key, () =>
        spec.document === undefined
          ? renderer.render(
              templateOf(spec),
              family.format,
              // Worked out when they are looked at, which a kept file does without.
              templateContext({ names: family.names, parameters: desk.parameters, model: plainModel(model) }),
            )
          : documentOf(spec, spec.document, settings),
      );
      return finished(spec, family, body, tags);
    },
    forModel(spec, { family, model, parameters }) {
      const body = renderer.render(
        templateOf(spec),
        family.format,
        templateContext({ names: family.names, parameters, model: plainModel(model) }),
      );
      return finished(spec, family, body);
    },
    forFamily(spec, family, settings, shelf) {
      const paths = shelf.map(({ name }) => name);
      const body =
        spec.document === undefined
          ? renderer.render(templateOf(spec), family.format, templateContext({ names: family.names, parameters: [] }))
          : renderer.build(spec.document, { settings, shelf: paths, folder: folderOf(spec) });
      return finished(spec, family, body);
    },
  };
}

/** A body with the type and the tag that it is sent with. `tags` remembers those of bodies that are kept. */
export function finished(
  spec: FileSpec,
  family: FamilyProfile,
  body: Buffer,
  tags?: WeakMap<Buffer, string>,
): RenderedFile {
  const contentType =
    spec.type ?? (spec.document?.endsWith("text") ? formats.text : formats[family.format]).contentType;
  const tag = tags?.get(body) ?? createHash("sha256").update(body).digest("base64url").slice(0, 22);
  tags?.set(body, tag);
  return { body, contentType, tag };
}

function templateOf({ id, template }: FileSpec): string {
  if (template === undefined) throw new Failure("TEMPLATE_FAILED", `the file ${id} has neither template nor document`);
  return template;
}

/** The plain data that a template's context is made of. */
export function inputOf(
  { names }: FamilyProfile,
  parameters: Parameters,
  model?: { readonly id: string; readonly title: string },
): TemplateInput {
  return { ...(model && { model: plainModel(model) }), names, parameters: [...parameters] };
}

function plainModel({ id, title }: { readonly id: string; readonly title: string }) {
  return { id, title };
}

/** The folder that a file's first name is in; empty for none. */
function folderOf({ names: [name = ""] }: FileSpec): string {
  return name.slice(0, Math.max(name.lastIndexOf("/"), 0));
}
