import { createHash } from "node:crypto";
import type { MappedDesk, ModelDesk } from "../domain/desk.ts";
import { type DialRule, dialTemplate } from "../domain/dial-plan.ts";
import { Failure } from "../domain/failures.ts";
import type { FamilyProfile, FileSpec } from "../domain/model.ts";
import type { Parameters } from "../domain/parameters.ts";
import type { ResolvedSettings } from "../domain/settings.ts";
import { ByteCache } from "../lib/byte-cache.ts";
import { elementTree } from "./elements.ts";
import { formats } from "./formats.ts";
import type { Renderer } from "./renderer.ts";

export interface RenderedFile {
  readonly body: Buffer;
  /** Over the plain bytes. */
  readonly tag: string;
  readonly contentType: string;
}

/** The files that phones ask for, as bytes. Same inputs, same bytes. */
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

  function finish(spec: FileSpec, family: FamilyProfile, body: Buffer): RenderedFile {
    const contentType =
      spec.type ?? (spec.document?.endsWith("text") ? formats.text : formats[family.format]).contentType;
    return { body, contentType, tag: createHash("sha256").update(body).digest("base64url").slice(0, 22) };
  }

  return {
    forDevice(spec, desk) {
      const { family, settings, digest, model, parameters } = desk;
      const key = `${digest}/${spec.id}/${spec.template === undefined ? "" : renderer.digest(spec.template)}`;
      const body = cache.getOrMake(key, () =>
        spec.document === undefined
          ? renderer.render(templateOf(spec), family.format, context(family, parameters, model))
          : renderer.build(spec.document, { dialTemplate: dialTemplateOf(settings), rings: [] }),
      );
      return finish(spec, family, body);
    },
    forModel(spec, { family, model, parameters }) {
      const body = renderer.render(templateOf(spec), family.format, context(family, parameters, model));
      return finish(spec, family, body);
    },
    forFamily(spec, family, settings, shelf) {
      const rings = shelf.map(({ name }) => name);
      const body =
        spec.document === undefined
          ? renderer.render(templateOf(spec), family.format, context(family, new Map()))
          : renderer.build(spec.document, { dialTemplate: dialTemplateOf(settings), rings });
      return finish(spec, family, body);
    },
  };
}

function templateOf({ id, template }: FileSpec): string {
  if (template === undefined) throw new Failure("TEMPLATE_FAILED", `the file ${id} has neither template nor document`);
  return template;
}

/** What a template sees: the parameters, as a list or as a tree, and the model. Never a layer. */
function context(
  { names }: FamilyProfile,
  parameters: Parameters,
  model?: { readonly id: string; readonly title: string },
) {
  const list = [...parameters].map(([name, value]) => ({ name, value }));
  return { model, parameters: list, elements: names === "paths" ? elementTree(parameters) : [] };
}

function dialTemplateOf(settings: ResolvedSettings) {
  const rules = (settings.get("dial.plan")?.value ?? []) as readonly DialRule[];
  return dialTemplate(rules, Number(settings.get("dial.timeout")?.value));
}
