import { runInThisContext } from "node:vm";
import Handlebars from "handlebars";
import type { Format } from "./formats.ts";

/** Names of templates to what they do with a context. */
export type CompiledTemplates = ReadonlyMap<string, HandlebarsTemplateDelegate>;

/**
 * One environment a format: partials are found in it, and each template escapes as the format wants. Throws naming the
 * file, the line and the reason when one is broken.
 */
export function compileTemplates(sources: ReadonlyMap<string, string>, format: Format): CompiledTemplates {
  const environment = Handlebars.create();
  const compiled = new Map<string, HandlebarsTemplateDelegate>();
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true } as const;
  for (const [name, source] of sources) {
    try {
      const specification = runInThisContext(`(${environment.precompile(source, options)})`, {
        filename: `${name}.hbs`,
      });
      compiled.set(name, environment.template(withRules(specification, format, name)));
    } catch (error) {
      throw new Error(`${name}.hbs: ${(error as Error).message}`, { cause: error });
    }
  }
  for (const [name, template] of compiled) environment.registerPartial(name, template);
  return compiled;
}

/**
 * How names are looked up and values escaped is set on the container that a template runs in, before anything else runs:
 * `Utils` is shared between environments, and what is set on an environment itself is ignored. What is thrown is told
 * apart by the template it began in, since the lines of a partial are its own.
 */
function withRules(specification: { main: Program }, format: Format, name: string): { main: Program } {
  const { main } = specification;
  return {
    ...specification,
    main(container, ...rest) {
      container.escapeExpression = format.escape;
      container.strict = ownValue;
      try {
        return main(container, ...rest);
      } catch (error) {
        (error as RenderingError).template ??= name;
        throw error;
      }
    },
  };
}

/** Handlebars takes a name for there when every list or text has it (`map`), and writes nothing for it. */
function ownValue(value: unknown, name: string, loc: hbs.AST.SourceLocation): unknown {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, name)) return Reflect.get(value, name);
  throw new Handlebars.Exception(`"${name}" not defined`, { type: "PathExpression", loc });
}

interface Container {
  escapeExpression: Format["escape"];
  strict: typeof ownValue;
}

type Program = (container: Container, ...rest: unknown[]) => string;

/** What a template throws; Handlebars knows the line where it looked a name up. */
export interface RenderingError extends Error {
  template?: string;
  readonly lineNumber?: number;
}
