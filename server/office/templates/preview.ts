import type { ModelDesk } from "../../domain/desk.ts";
import { applies } from "../../domain/mapping/plan.ts";
import type { Store } from "../../domain/ports.ts";
import { partialsWith } from "../../domain/template.ts";
import type { RenderedFile } from "../../render/phone-files.ts";
import type { Sandbox } from "../../render/sandbox.ts";
import type { Desk } from "../desk/desk.ts";
import { finding, refuseIf } from "../refusals.ts";
import { circleErrors, isDecidedBy, reasonOf, type TrialParts, tryFile, usesOf } from "./check.ts";
import { readOwnSource, readOwnTemplates, withOwn } from "./own.ts";

/** A device as people may see it: with its secrets masked. */
export interface PreviewedDesks {
  readonly device: Desk;
  readonly bootstrap: ModelDesk;
}

export interface PreviewedFile extends RenderedFile {
  /** Which of the family's files it is. */
  readonly file: string;
}

export interface PreviewParts extends TrialParts {
  readonly store: Store;
  /** Where a source is read that nobody has looked at yet. */
  readonly readTemplate: Sandbox["read"];
}

/** Every file of a device that a template takes part in, with `source` in its place when it is given. */
export async function previewTemplate(
  parts: PreviewParts,
  organization: string,
  name: string,
  desks: PreviewedDesks,
  source: string | undefined,
): Promise<readonly PreviewedFile[]> {
  const { catalogue, renderer, store } = parts;
  const { family, model } = desks.device;
  const saved = await readOwnTemplates(store, organization);
  const own = source === undefined ? saved : withOwn(saved, name, await readOwnSource(parts, source, "/source"));
  refuseIf(circleErrors(own, renderer.partials, "/source"));
  const seen = usesOf(catalogue, name, partialsWith(own, renderer.partials)).filter(
    (use) => use.family.id === family.id && applies(use.spec.when, model) && isDecidedBy(organization, use),
  );
  if (seen.length === 0) refuseIf([finding("/device", "not-used", "no file of this device is made with it")]);
  const files: PreviewedFile[] = [];
  for (const { spec } of seen) {
    const made = tryFile(parts, spec, desks, own);
    const reason = await reasonOf(made);
    if (reason !== undefined) refuseIf([finding("/source", "template", `${reason} (${spec.id})`)]);
    files.push({ ...(await made), file: spec.id });
  }
  return files;
}
