import { createHash } from "node:crypto";
import type { FieldError } from "../../domain/failures.ts";
import { applies } from "../../domain/mapping/plan.ts";
import type { FamilyProfile, ModelProfile } from "../../domain/model.ts";
import type { StoreReader } from "../../domain/ports.ts";
import { type OwnTemplate, type OwnTemplates, partialsWith, templatesIn } from "../../domain/template.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { Sandbox } from "../../render/sandbox.ts";
import { finding, refuseIf } from "../refusals.ts";
import { readTemplates, type StoredTemplates } from "./stored.ts";

/** The templates that an organization made its own. */
export async function readOwnTemplates(reader: StoreReader, organization: string): Promise<OwnTemplates> {
  return ownAmong(await readTemplates(reader, organization));
}

export function ownAmong(stored: StoredTemplates): OwnTemplates {
  return new Map([...stored].flatMap(([id, { body }]): [string, OwnTemplate][] => (body.own ? [[id, body.own]] : [])));
}

/**
 * What own templates add to the layout of a device's own files: nothing where none takes part, else the digests of
 * those that do. Of texts and not of versions: going back to an earlier text is no change.
 */
export function ownLayout(
  { files }: FamilyProfile,
  model: ModelProfile,
  own: OwnTemplates,
  shippedPartials: (template: string) => readonly string[],
): string {
  if (own.size === 0) return "";
  const used = files.flatMap(({ serves, template, when }) =>
    serves === "device" && template !== undefined && applies(when, model)
      ? [...templatesIn(template, partialsWith(own, shippedPartials))]
      : [],
  );
  const digests = [...new Set(used)].sort().map((name) => (own.has(name) ? ` ${name}:${own.get(name)?.digest}` : ""));
  return digests.join("");
}

/** The same templates with another text in force for one of them, or the shipped one. */
export function withOwn(own: OwnTemplates, name: string, given: OwnTemplate | undefined): OwnTemplates {
  const others = [...own].filter(([other]) => other !== name);
  return new Map(given ? [...others, [name, given]] : others);
}

/** In bytes of UTF-8. */
const mostBytes = 64 * 1024;

/** A source that somebody gives, when nothing in it is refused; else INVALID with a finding for each line. */
export async function readOwnSource(
  { readTemplate, renderer }: { readonly readTemplate: Sandbox["read"]; readonly renderer: Renderer },
  source: string,
  pointer: string,
): Promise<OwnTemplate> {
  if (Buffer.byteLength(source) > mostBytes)
    refuseIf([finding(pointer, "too-long", `has more than ${mostBytes} bytes`)]);
  const templates = [...renderer.sources.keys()];
  const { findings, partials } = await readTemplate({ source, templates });
  refuseIf(findings.map(({ line, reason }): FieldError => finding(pointer, "template", `line ${line}: ${reason}`)));
  return { source, partials, digest: createHash("sha256").update(source).digest("hex").slice(0, 16) };
}
