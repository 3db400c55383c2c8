import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import type { FieldError } from "./failures.ts";

/** A schema made ready for checking. Build it once; checking does not allocate when the value is right. */
export interface Check {
  readonly validator: Validator;
  readonly schema: TSchema;
}

export function prepareCheck(schema: TSchema): Check {
  return { validator: Compile(schema) as unknown as Validator, schema };
}

interface RawError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/**
 * What is wrong with a value, a finding a field; empty when nothing is. `base` is put before each pointer.
 * A missing or unknown field is pointed at itself, not at the object around it.
 */
export function fieldErrors(check: Check, value: unknown, base = ""): FieldError[] {
  if (check.validator.Check(value)) return [];
  const found = new Map<string, FieldError>();
  for (const error of check.validator.Errors(value) as Iterable<RawError>) {
    for (const finding of findings(error, base, check.schema)) {
      if (!found.has(finding.pointer)) found.set(finding.pointer, finding);
    }
  }
  return [...found.values()];
}

function findings(error: RawError, base: string, schema: TSchema): FieldError[] {
  const { keyword, instancePath, params } = error;
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
  return [{ pointer, code: keyword, detail: explain(error, schema) }];
}

function explain({ keyword, message, params, schemaPath }: RawError, schema: TSchema): string {
  const { allowedValues } = params as { allowedValues?: unknown[] };
  if (keyword === "enum" && allowedValues) return `must be one of ${allowedValues.join(", ")}`;
  if (keyword !== "pattern") return message;
  const meant = describedAt(schema, schemaPath);
  return `has characters, or a form, that is not allowed here${meant === undefined ? "" : `: ${meant}`}`;
}

/** What the schema itself says of the value that is wrong. */
function describedAt(schema: TSchema, path: string): string | undefined {
  let at: unknown = schema;
  for (const step of path.split("/").slice(1)) at = (at as Record<string, unknown> | undefined)?.[step];
  const { description } = (at ?? {}) as { description?: unknown };
  return typeof description === "string" ? description : undefined;
}

/** One step of a JSON pointer (RFC 6901 section 3). */
export function escapePointer(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}
