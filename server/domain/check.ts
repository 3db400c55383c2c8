import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import type { FieldError } from "./failures.ts";

/** A schema made ready for checking. Build it once; checking does not allocate when the value is right. */
export type Check = Validator;

export function prepareCheck(schema: TSchema): Check {
  return Compile(schema) as unknown as Check;
}

interface RawError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/**
 * What is wrong with a value, a finding a field; empty when nothing is. `base` is put before each pointer.
 * A missing or unknown field is pointed at itself, not at the object around it.
 */
export function fieldErrors(check: Check, value: unknown, base = ""): FieldError[] {
  if (check.Check(value)) return [];
  const found = new Map<string, FieldError>();
  for (const error of check.Errors(value) as Iterable<RawError>) {
    for (const finding of findings(error, base)) {
      if (!found.has(finding.pointer)) found.set(finding.pointer, finding);
    }
  }
  return [...found.values()];
}

function findings({ keyword, instancePath, params, message }: RawError, base: string): FieldError[] {
  const pointer = base + instancePath;
  const listed = params as { requiredProperties?: string[]; additionalProperties?: string[] };
  if (keyword === "required") {
    return (listed.requiredProperties ?? []).map((name) => ({
      pointer: `${pointer}/${escapePointer(name)}`,
      code: "missing",
      detail: "is missing",
    }));
  }
  if (keyword === "additionalProperties") {
    return (listed.additionalProperties ?? []).map((name) => ({
      pointer: `${pointer}/${escapePointer(name)}`,
      code: "unknown",
      detail: "is not a field here",
    }));
  }
  if (keyword === "boolean") return [];
  return [{ pointer, code: keyword, detail: explain(keyword, params, message) }];
}

function explain(keyword: string, params: object, message: string): string {
  const { allowedValues } = params as { allowedValues?: unknown[] };
  if (keyword === "enum" && allowedValues) return `must be one of ${allowedValues.join(", ")}`;
  if (keyword === "pattern") return "has characters, or a form, that is not allowed here";
  return message;
}

/** One step of a JSON pointer (RFC 6901 section 3). */
export function escapePointer(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}
