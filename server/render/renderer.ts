import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import Handlebars from "handlebars";
import { Failure } from "../domain/failures.ts";
import { type DocumentFacts, documents } from "./documents.ts";
import { type Format, formats } from "./formats.ts";

export type FormatName = keyof typeof formats;

export interface Renderer {
  has(template: string): boolean;
  /** Digest of a template with its partials: part of what decides whether a file changed. */
  digest(template: string): string;
  /** The file's bytes. Fails with TEMPLATE_FAILED, cause kept. Same inputs, same bytes. */
  render(template: string, format: FormatName, context: object): Buffer;
  /** A small document that Offhook builds itself. */
  build(document: string, facts: DocumentFacts): Buffer;
}

/**
 * Reads and precompiles every template below `folder` (`*.hbs`; `_*.hbs` are partials, named without the ending).
 * A broken template stops the start with its file, line and reason.
 */
export function createRenderer(folder: string): Renderer {
  const sources = readTemplates(folder);
  const digest = createHash("sha256")
    .update(JSON.stringify([...sources]))
    .digest("hex")
    .slice(0, 16);
  const environments = new Map<FormatName, Map<string, HandlebarsTemplateDelegate>>();
  for (const [name, format] of Object.entries(formats)) {
    environments.set(name as FormatName, compile(sources, format));
  }
  return {
    has: (template) => sources.has(template),
    digest: (template) => `${template}:${digest}`,
    render(template, format, context) {
      const render = environments.get(format)?.get(template);
      if (!render) throw new Failure("TEMPLATE_FAILED", `there is no template ${template}`);
      try {
        return Buffer.from(render(context), "utf8");
      } catch (error) {
        throw new Failure("TEMPLATE_FAILED", `${template} could not be rendered`, { cause: error });
      }
    },
    build(document, facts) {
      const make = documents[document];
      if (!make) throw new Failure("TEMPLATE_FAILED", `there is no document ${document}`);
      return Buffer.from(make(facts), "utf8");
    },
  };
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

/** One environment a format: partials are found in it, and each template escapes as the format wants. */
function compile(sources: Map<string, string>, format: Format): Map<string, HandlebarsTemplateDelegate> {
  const environment = Handlebars.create();
  const compiled = new Map<string, HandlebarsTemplateDelegate>();
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true } as const;
  for (const [name, source] of sources) {
    try {
      const specification = runInThisContext(`(${environment.precompile(source, options)})`, {
        filename: `${name}.hbs`,
      });
      compiled.set(name, environment.template(withEscape(specification, format)));
    } catch (error) {
      throw new Error(`${name}.hbs: ${(error as Error).message}`, { cause: error });
    }
  }
  for (const [name, template] of compiled) environment.registerPartial(name, template);
  return compiled;
}

/**
 * The escape function is set on the container that a template runs in, before anything else runs: `Utils` is shared
 * between environments, and what is set on an environment itself is ignored.
 */
function withEscape(specification: { main: Program }, format: Format): { main: Program } {
  const { main } = specification;
  return {
    ...specification,
    main(container, ...rest) {
      container.escapeExpression = format.escape;
      return main(container, ...rest);
    },
  };
}

type Program = (container: { escapeExpression: Format["escape"] }, ...rest: unknown[]) => string;
