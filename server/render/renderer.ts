import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../domain/failures.ts";
import type { ResolvedSettings } from "../domain/settings.ts";
import { templatesIn } from "../domain/template.ts";
import { compileTemplates } from "./compile.ts";
import { type DocumentFacts, documentStamps, documents } from "./documents.ts";
import { formats } from "./formats.ts";
import { type Context, type Piece, plainTemplates } from "./plain-templates.ts";
import { partialsOf } from "./template-rules.ts";

export type FormatName = keyof typeof formats;

export interface Renderer {
  /** The source of every template that Offhook brings, by name. */
  readonly sources: ReadonlyMap<string, string>;
  has(template: string): boolean;
  /** Templates that one names as its partials; none for one that is not there. */
  partials(template: string): readonly string[];
  /** Digest of a template with its partials: part of what decides whether a file changed. */
  digest(template: string): string;
  /** The file's bytes. Fails with TEMPLATE_FAILED, cause kept. Same inputs, same bytes. */
  render(template: string, format: FormatName, context: object): Buffer;
  /** A small document that Offhook builds itself. */
  build(document: string, facts: DocumentFacts): Buffer;
  /** The stamp that stands in it; undefined where it has none. */
  stamp(document: string, settings: ResolvedSettings): string | undefined;
}

/**
 * Reads and prepares every template below `folder` (`*.hbs`; `_*.hbs` are partials, named without the ending).
 * A broken template stops the start with its file, line and reason.
 */
export function createRenderer(folder: string): Renderer {
  const sources = readTemplates(folder);
  const environments = new Map<FormatName, ReadonlyMap<string, Piece>>();
  for (const [name, format] of Object.entries(formats)) {
    const plain = plainTemplates(sources, format);
    // What is not plain is compiled by Handlebars, with all that it may take in; that tells a broken one as well.
    const isPlain = plain.size === sources.size;
    environments.set(
      name as FormatName,
      isPlain ? plain : new Map<string, Piece>([...compileTemplates(sources, format), ...plain]),
    );
  }
  const partials = new Map([...sources].map(([name, source]) => [name, partialsOf(source)]));
  const digests = new Map([...sources.keys()].map((name) => [name, digestOf(name, sources, partials)]));
  return {
    sources,
    partials: (template) => partials.get(template) ?? [],
    has: (template) => sources.has(template),
    digest: (template) => digests.get(template) ?? template,
    render(template, format, context) {
      const render = environments.get(format)?.get(template);
      if (!render) throw new Failure("TEMPLATE_FAILED", `there is no template ${template}`);
      try {
        return Buffer.from(render(context as Context), "utf8");
      } catch (error) {
        throw new Failure("TEMPLATE_FAILED", `${template} could not be rendered`, { cause: error });
      }
    },
    build(document, facts) {
      const make = documents[document];
      if (!make) throw new Failure("TEMPLATE_FAILED", `there is no document ${document}`);
      return Buffer.from(make(facts), "utf8");
    },
    stamp: (document, settings) => documentStamps[document]?.(settings),
  };
}

/** Of a template's own text and of those it takes in; others may change without it. */
function digestOf(
  template: string,
  sources: ReadonlyMap<string, string>,
  partials: ReadonlyMap<string, readonly string[]>,
): string {
  const texts = [...templatesIn(template, (name) => partials.get(name) ?? [])].map((name) => [name, sources.get(name)]);
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
}

function readTemplates(folder: string): Map<string, string> {
  if (!existsSync(folder)) throw new Error(`${folder}: there are no templates`);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
  const named = files.map((file): [string, string] => [
    file.replaceAll("\\", "/").replace(/\.hbs$/, ""),
    readFileSync(join(folder, file), "utf8"),
  ]);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}
