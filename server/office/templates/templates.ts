import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Clock } from "../../domain/ports.ts";
import { type EarlierTemplate, partialsWith, type TemplateDocument } from "../../domain/template.ts";
import { causeOf, type Edit } from "../editing.ts";
import { refuseIf } from "../refusals.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { type TemplateUse, usesOf, wrongWith } from "./check.ts";
import { type Inspection, inspectTemplates } from "./inspection.ts";
import { ownAmong, readOwnSource, withOwn } from "./own.ts";
import { type PreviewedDesks, type PreviewedFile, type PreviewParts, previewTemplate } from "./preview.ts";
import { readEarlier, readTemplates, type StoredTemplates, type TemplateChange, writeTemplate } from "./stored.ts";

/** A template as an organization has it. */
export interface TemplateState {
  readonly name: string;
  readonly shipped: string;
  readonly uses: readonly TemplateUse[];
  /** 0 when nobody ever changed it. */
  readonly version: number;
  /** Absent when nobody ever changed it; without `own` when the shipped one is in force again. */
  readonly document?: TemplateDocument;
}

/** What people make of the templates that Offhook brings: their own versions, checked before they are in force. */
export interface Templates {
  /**
   * What speaks against the own templates in force, of all organizations: they were checked when they were saved, and
   * models, settings or rules may have changed since.
   */
  inspect(): Promise<Inspection>;
  list(organization: string): Promise<readonly TemplateState[]>;
  /** Fails with NOT_FOUND when Offhook brings no such template, as everything here does. */
  read(organization: string, name: string): Promise<TemplateState>;
  /** Versions that are no more, the latest first. */
  earlier(organization: string, name: string): Promise<readonly EarlierTemplate[]>;
  /** Fails with INVALID: a finding for each line that is refused, or for each model whose file would be broken. */
  save(edit: Edit, name: string, change: { readonly source: string; readonly note?: string }): Promise<TemplateState>;
  revert(edit: Edit, name: string, version: number): Promise<TemplateState>;
  /** Back to the shipped one; fails with NOT_FOUND when that is in force already. */
  remove(edit: Edit, name: string): Promise<void>;
  /** Files that the template takes part in, with `source` in its place. Shows what the desks hold: mask them before. */
  preview(
    organization: string,
    name: string,
    desks: PreviewedDesks,
    source?: string,
  ): Promise<readonly PreviewedFile[]>;
}

export interface TemplatesParts extends PreviewParts {
  readonly revisions: Revisions;
  readonly clock: Clock;
}

export function createTemplates(parts: TemplatesParts): Templates {
  const { renderer, store } = parts;
  const names = [...renderer.sources.keys()];

  async function read(organization: string, name: string): Promise<TemplateState> {
    return stateOf(parts, name, await readTemplates(store, organization));
  }

  return {
    read,
    inspect: () => inspectTemplates(parts),
    async list(organization) {
      const stored = await readTemplates(store, organization);
      return names.map((name) => stateOf(parts, name, stored));
    },
    async earlier(organization, name) {
      await read(organization, name);
      return await readEarlier(store, organization, name);
    },
    async save(edit, name, { source, note }) {
      await read(edit.organization, name);
      const own = await readOwnSource(parts, source, "/source");
      await change(parts, edit, name, { action: "save", own, ...(note !== undefined && { note }) }, "/source");
      return await read(edit.organization, name);
    },
    async revert(edit, name, version) {
      await read(edit.organization, name);
      const found = (await readEarlier(store, edit.organization, name)).find((each) => each.version === version);
      if (!found) throw new Failure("NOT_FOUND", `there is no earlier version ${version} of "${name}"`);
      // What is refused, and what it may name, can have changed since it was saved.
      const own = found.own && (await readOwnSource(parts, found.own.source, "/version"));
      const { note } = found;
      const given = { action: "revert", ...(own && { own }), ...(note !== undefined && { note }) } as const;
      await change(parts, edit, name, given, "/version");
      return await read(edit.organization, name);
    },
    async remove(edit, name) {
      const { document } = await read(edit.organization, name);
      if (!document?.own) throw new Failure("NOT_FOUND", `there is no own version of "${name}"`);
      await change(parts, edit, name, { action: "remove" }, "");
    },
    async preview(organization, name, desks, source) {
      await read(organization, name);
      return await previewTemplate(parts, organization, name, desks, source);
    },
  };
}

function stateOf({ catalogue, renderer }: TemplatesParts, name: string, stored: StoredTemplates): TemplateState {
  const shipped = renderer.sources.get(name);
  if (shipped === undefined) throw new Failure("NOT_FOUND", `there is no template "${name}"`);
  const document = stored.get(name);
  const uses = usesOf(catalogue, name, partialsWith(ownAmong(stored), renderer.partials));
  return { name, shipped, uses, version: document?.version ?? 0, ...(document && { document: document.body }) };
}

/** Puts another text in force, or the shipped one, when every file that it takes part in can still be read. */
async function change(
  parts: TemplatesParts,
  edit: Edit,
  name: string,
  given: TemplateChange,
  pointer: string,
): Promise<void> {
  const { catalogue, renderer, revisions, store } = parts;
  const { organization } = edit;
  const stored = await readTemplates(store, organization);
  const before = ownAmong(stored);
  const after = withOwn(before, name, given.own);
  const findings = await wrongWith(parts, organization, name, after, pointer);
  // Nothing in a request without a body can be mended: what is in the way are the other templates.
  if (given.action === "remove" && findings[0]) throw new Failure("CONFLICT", findings[0].detail, { errors: findings });
  refuseIf(findings);
  await writeTemplate(parts, edit, name, given, stored);
  const families = new Set(
    [before, after].flatMap((own) =>
      usesOf(catalogue, name, partialsWith(own, renderer.partials)).map(({ family }) => family.id),
    ),
  );
  const devices = await store.find<Device>({ organization, kind: "device" });
  const touched = devices.filter(({ body }) => families.has(catalogue.model(body.model)?.family ?? ""));
  await revisions.refresh(touched, causeOf(edit, `template.${given.action}`, name));
}
