import type { FastifyBodyParser } from "fastify";
import { Failure } from "../../domain/failures.ts";

/** No document of ours is deeper; what is could exhaust the stack of whoever walks it. */
const deepest = 32;

type Parser = FastifyBodyParser<string>;

/** JSON, or MALFORMED with the place. An empty body is no body, whatever its type says. */
export function createJsonParser(parse: Parser): Parser {
  return (request, body, done) => {
    if (body === "") return done(null, undefined);
    if (depthOf(body) > deepest) return done(malformed("nested", `is nested more than ${deepest} deep`), undefined);
    void parse(request, body, (error, value) => (error ? done(broken(body), undefined) : done(null, value)));
  };
}

/** Where a text stops being JSON, without quoting it: it may hold a secret. */
function broken(body: string): Failure {
  try {
    JSON.parse(body);
    return malformed("name", "holds a name that is not allowed (__proto__, constructor)");
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    if (position === undefined) return malformed("json", "is not JSON, or ends too early");
    const before = body.slice(0, Number(position)).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return malformed("json", `is not JSON: see line ${before.length}, column ${column}`);
  }
}

function malformed(code: string, detail: string): Failure {
  return new Failure("MALFORMED", `the body ${detail}`, { errors: [{ pointer: "", code, detail }] });
}

/** How deep brackets nest outside of strings; one pass, whatever the text. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && isOpening(character)) most = Math.max(most, ++depth);
    else if (!quoted && isClosing(character)) depth--;
  }
  return most;
}

function isOpening(character: string | undefined): boolean {
  return character === "[" || character === "{";
}

function isClosing(character: string | undefined): boolean {
  return character === "]" || character === "}";
}
