import { Failure, type FieldError } from "../domain/failures.ts";

/** A frozen deep copy of a value as JSON keeps it, and the JSON text it was made from. */
export interface JsonCopy<Value> {
  readonly text: string;
  readonly value: Value;
}

/**
 * Copies a value through JSON (undefined members are left out, dates become texts) and freezes the copy.
 * INVALID for what JSON cannot hold (undefined, BigInt, cycles), and, with a pointer to each, for texts with NUL or half
 * a character, which PostgreSQL's JSON refuses and both stores therefore refuse.
 */
export function jsonCopy<Value>(value: Value): JsonCopy<Value> {
  const text = jsonText(value);
  const copy = JSON.parse(text) as Value;
  // JSON.stringify escapes exactly NUL and lone surrogates this way, so most values need no walk through their texts.
  if (/\\u(?:0000|d[89a-f])/.test(text)) {
    refuseBadTexts(copy);
  }
  return { text, value: deepFreeze(copy) };
}

/** Freezes a plain JSON value through and through, and gives it back. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) {
      deepFreeze(member);
    }
    Object.freeze(value);
  }
  return value;
}

function jsonText(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) {
      return text;
    }
  } catch (cause) {
    throw new Failure("INVALID", "the document cannot be written as JSON", { cause });
  }
  throw new Failure("INVALID", "the document cannot be written as JSON");
}

function refuseBadTexts(value: unknown): void {
  const errors = badTexts(value, "");
  if (errors.length > 0) {
    throw new Failure("INVALID", "a text holds NUL or half a character", { errors });
  }
}

function badTexts(value: unknown, pointer: string): FieldError[] {
  if (typeof value === "string") {
    const detail = "NUL and half characters (lone surrogates) cannot be stored";
    return isStorable(value) ? [] : [{ pointer, code: "character", detail }];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [...badTexts(name, at), ...badTexts(member, at)];
  });
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);
}
