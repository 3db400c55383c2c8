import Handlebars from "handlebars";
import { templatesIn } from "../domain/template.ts";
import type { Format } from "./formats.ts";

/** What a template is given, or one item of a list in it. */
export type Context = Readonly<Record<string, unknown>>;

/** Writes its part of a file. */
export type Piece = (context: Context) => string;

/**
 * Templates that only walk through the lists of their context, choose and write values, by name. They give the same text
 * as by Handlebars and take less time: a file has hundreds of values. One with anything else in it, or in its partials, is
 * not here.
 */
export function plainTemplates(sources: ReadonlyMap<string, string>, format: Format): ReadonlyMap<string, Piece> {
  const pieces = new Map<string, Piece>();
  const partials = new Map<string, readonly string[]>();
  for (const [name, source] of sources) {
    const reader = new PlainReader(format, pieces);
    const parsed = parse(source);
    const piece = parsed && reader.program(parsed);
    if (piece) pieces.set(name, piece);
    partials.set(name, reader.partials);
  }
  const isPlain = (name: string) =>
    [...templatesIn(name, (each) => partials.get(each) ?? [])].every((each) => pieces.has(each));
  return new Map([...pieces].filter(([name]) => isPlain(name)));
}

/** Undefined for a broken one: whoever compiles it tells why. */
function parse(source: string): hbs.AST.Program | undefined {
  try {
    return Handlebars.parse(source);
  } catch {
    return undefined;
  }
}

/** The lists of a context; what else could be walked through is left to Handlebars. */
const lists = new Set(["parameters", "elements", "children", "attributes"]);

class PlainReader {
  readonly partials: string[] = [];
  readonly #format: Format;
  readonly #pieces: ReadonlyMap<string, Piece>;

  constructor(format: Format, pieces: ReadonlyMap<string, Piece>) {
    this.#format = format;
    this.#pieces = pieces;
  }

  /** Undefined when there is something in it that is not plain. */
  program(program: hbs.AST.Program | undefined): Piece | undefined {
    if (program?.blockParams) return undefined;
    const pieces: Piece[] = [];
    let stretch: Stretch = { texts: [""], names: [] };
    for (const node of program?.body ?? []) {
      if (extend(stretch, node)) continue;
      const piece = this.#piece(node);
      if (!piece) return undefined;
      pieces.push(stretchPiece(stretch, this.#format), piece);
      stretch = { texts: [""], names: [] };
    }
    pieces.push(stretchPiece(stretch, this.#format));
    if (pieces.length === 1) return pieces[0];
    return (context) => {
      let text = "";
      for (const piece of pieces) text += piece(context);
      return text;
    };
  }

  #piece(node: hbs.AST.Statement): Piece | undefined {
    if (node.type === "BlockStatement") return this.#block(node as hbs.AST.BlockStatement);
    return node.type === "PartialStatement" ? this.#partial(node as hbs.AST.PartialStatement) : undefined;
  }

  #block({ hash, inverse, params, path, program }: hbs.AST.BlockStatement): Piece | undefined {
    const name = params.length === 1 && !hash ? nameOf(params[0]) : undefined;
    const [inner, other] = [this.program(program), this.program(inverse)];
    if (name === undefined || !inner || !other) return undefined;
    const { original } = path as hbs.AST.PathExpression;
    if (original === "if") return (context) => (isThere(context[name]) ? inner(context) : other(context));
    if (original !== "each" || !lists.has(name)) return undefined;
    return (context) => {
      const items = context[name] as readonly Context[] | undefined;
      if (!items || items.length === 0) return other(context);
      let text = "";
      for (const item of items) text += inner(item);
      return text;
    };
  }

  #partial({ hash, indent, name, params }: hbs.AST.PartialStatement): Piece | undefined {
    if (name.type !== "PathExpression" || hash || params.length > 0) return undefined;
    const { original } = name as hbs.AST.PathExpression;
    this.partials.push(original);
    return (context) => `${indent}${this.#pieces.get(original)?.(context)}`;
  }
}

/** Texts with a value between each two of them. */
interface Stretch {
  readonly texts: string[];
  readonly names: string[];
}

/** Whether a node could be added: a text, a comment, a value. */
function extend({ names, texts }: Stretch, node: hbs.AST.Statement): boolean {
  if (node.type === "ContentStatement") texts.push(`${texts.pop()}${(node as hbs.AST.ContentStatement).value}`);
  if (node.type !== "MustacheStatement") return ["ContentStatement", "CommentStatement"].includes(node.type);
  const { escaped, hash, params, path } = node as hbs.AST.MustacheStatement;
  const name = nameOf(path);
  if (!escaped || hash || params.length > 0 || name === undefined) return false;
  names.push(name);
  texts.push("");
  return true;
}

function stretchPiece({ names, texts: [first = "", ...others] }: Stretch, format: Format): Piece {
  const different = [...new Set(names)];
  const places = names.map((name) => different.indexOf(name));
  const values: string[] = [];
  return (context) => {
    // Each once: the name of an element stands at both of its ends.
    for (let at = 0; at < different.length; at++) values[at] = format.escape(valueIn(context, different[at] as string));
    let text = first;
    for (let at = 0; at < others.length; at++) text += `${values[places[at] as number]}${others[at]}`;
    return text;
  };
}

/** A name that stands alone; those that every object has are looked up with more care than here. */
function nameOf(node: hbs.AST.Node | undefined): string | undefined {
  if (node?.type !== "PathExpression") return undefined;
  const { data, depth, original, parts } = node as hbs.AST.PathExpression;
  const isAlone = !data && depth === 0 && parts.length === 1 && parts[0] === original;
  return isAlone && !(original in Object.prototype) && !(original in Handlebars.helpers) ? original : undefined;
}

function valueIn(context: Context, name: string): unknown {
  const value = context[name];
  if (value === undefined && !Object.hasOwn(context, name)) throw new Error(`"${name}" not defined`);
  return value;
}

/** As Handlebars has it: nothing is an empty list, too. */
function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
