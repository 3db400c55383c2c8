import Handlebars from "handlebars";

/** What is wrong with a template, by its line from 1. */
export interface TemplateFinding {
  readonly line: number;
  readonly reason: string;
}

export interface TemplateReading {
  readonly findings: readonly TemplateFinding[];
  /** The templates it names as partials, each once. */
  readonly partials: readonly string[];
}

const templateLimits = { nodes: 10_000, depth: 32, findings: 20 } as const;

const blocks = ["if", "unless", "each", "with"];
/** `{{log}}` would print secrets, `{{lookup}}` reaches what no rule here can see. */
const helpers = new Set([...blocks, "log", "lookup", "helperMissing", "blockHelperMissing"]);
const data = ["root", "index", "key", "first", "last"];
const ofEveryObject = new Set([...Object.getOwnPropertyNames(Object.prototype), "prototype"]);

/** Names of partials in a template that is known to be right. */
export function partialsOf(source: string): readonly string[] {
  return readTemplate(source, () => true).partials;
}

/**
 * Reads a template that people edit: what is refused in it, and which partials it names. It can loop over what it is
 * given, choose, and write values escaped; it can't write unescaped, call anything else, or name what is not there.
 */
export function readTemplate(source: string, isTemplate: (name: string) => boolean): TemplateReading {
  try {
    const reader = new Reader(source, isTemplate);
    reader.program(Handlebars.parseWithoutProcessing(source), 0);
    return { findings: reader.findings, partials: [...reader.partials] };
  } catch (error) {
    return { findings: [syntaxFinding(error as Error)], partials: [] };
  }
}

/** Handlebars writes `… on line 3:`, or puts a `lineNumber` on its error. */
function syntaxFinding(error: Error & { lineNumber?: number }): TemplateFinding {
  const [, line, near] = /on line (\d+):\n(.*)/.exec(error.message) ?? [];
  if (line !== undefined) return { line: Number(line), reason: `can't be read near "${near}"` };
  return { line: error.lineNumber ?? 1, reason: error.message.replace(/ - \d+:\d+$/, "") };
}

class Reader {
  readonly findings: TemplateFinding[] = [];
  readonly partials = new Set<string>();
  readonly #lines: readonly string[];
  readonly #isTemplate: (name: string) => boolean;
  #nodes = 0;

  constructor(source: string, isTemplate: (name: string) => boolean) {
    this.#lines = source.split(/\r\n?|\n/);
    this.#isTemplate = isTemplate;
  }

  program(program: hbs.AST.Program | undefined, depth: number): void {
    for (const node of program?.body ?? []) {
      if (++this.#nodes > templateLimits.nodes) throw new Error(`has more than ${templateLimits.nodes} parts`);
      if (depth > templateLimits.depth) throw new Error(`has blocks more than ${templateLimits.depth} deep`);
      const reason = this.#refusal(node);
      if (reason !== undefined && this.findings.length < templateLimits.findings) {
        this.findings.push({ line: node.loc.start.line, reason });
      }
      const { inverse, program: inner } = node as Partial<hbs.AST.BlockStatement>;
      this.program(inner, depth + 1);
      this.program(inverse, depth + 1);
    }
  }

  #refusal(node: hbs.AST.Statement): string | undefined {
    if (node.type === "ContentStatement" || node.type === "CommentStatement") return undefined;
    if (node.type === "MustacheStatement") return valueRefusal(node as hbs.AST.MustacheStatement);
    if (node.type === "BlockStatement") return this.#blockRefusal(node as hbs.AST.BlockStatement);
    if (node.type === "PartialStatement") return this.#partialRefusal(node as hbs.AST.PartialStatement);
    return "partials with a block, inline partials and decorators are not possible here";
  }

  #blockRefusal({ hash, loc, params, path }: hbs.AST.BlockStatement): string | undefined {
    const { original } = path as hbs.AST.PathExpression;
    const { column, line } = loc.start;
    if (this.#lines[line - 1]?.startsWith("{{{{", column)) return "{{{{ is not possible here";
    if (!blocks.includes(original)) return `there is no block helper "${original}"; there are ${blocks.join(", ")}`;
    if (params.length !== 1 || hash) return `{{#${original}}} needs exactly one value`;
    return firstRefusal(params);
  }

  #partialRefusal({ hash, name, params }: hbs.AST.PartialStatement): string | undefined {
    if (name.type !== "PathExpression") return "the name of a partial must be written out";
    const { original } = name as hbs.AST.PathExpression;
    if (!this.#isTemplate(original)) return `there is no template "${original}"`;
    this.partials.add(original);
    const pairs = hash?.pairs ?? [];
    const hidden = pairs.find(({ key }) => ofEveryObject.has(key));
    if (hidden) return `"${hidden.key}" can't be written`;
    return firstRefusal([...params, ...pairs.map(({ value }) => value)]);
  }
}

function valueRefusal({ escaped, hash, params, path }: hbs.AST.MustacheStatement): string | undefined {
  if (!escaped) return "{{{ and {{& write unescaped; use {{ }}";
  if (path.type !== "PathExpression") return "a name is needed in {{ }}";
  const name = path as hbs.AST.PathExpression;
  if (params.length > 0 || hash || isHelper(name)) {
    return `there is no helper "${name.original}" to call; a value stands alone, as {{name}}`;
  }
  return pathRefusal(name);
}

function isHelper({ data, depth, original }: hbs.AST.PathExpression): boolean {
  return !data && depth === 0 && helpers.has(original);
}

function firstRefusal(values: readonly hbs.AST.Expression[]): string | undefined {
  for (const value of values) {
    if (value.type === "SubExpression") return "( ) calls a helper, and there is none to call";
    const reason = value.type === "PathExpression" ? pathRefusal(value as hbs.AST.PathExpression) : undefined;
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function pathRefusal({ data: isData, parts }: hbs.AST.PathExpression): string | undefined {
  const [first = ""] = parts;
  const hidden = parts.find((part) => ofEveryObject.has(part));
  if (hidden !== undefined) return `"${hidden}" can't be read`;
  if (!isData || data.includes(first)) return undefined;
  return `there is no @${first}; there are ${data.map((each) => `@${each}`).join(", ")}`;
}
