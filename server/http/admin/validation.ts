import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { fieldErrors, prepareCheck } from "../../domain/check.ts";
import { Failure, type FieldError } from "../../domain/failures.ts";

/**
 * Checks bodies, queries and path parameters as everything else is checked, so that findings have one shape. Only
 * query parameters are coerced: a number in a body that came as text is a mistake of the caller's.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === "headers") return (value: unknown) => ({ value });
  const check = prepareCheck(schema);
  return (given: unknown) => {
    if (httpPart === "body" && (given === undefined || given === null)) return { error: refusal([noBody]) };
    const value = httpPart === "querystring" ? coerce(schema, given) : given;
    const errors = fieldErrors(check, value);
    return errors.length === 0 ? { value } : { error: refusal(errors) };
  };
};

const noBody: FieldError = { pointer: "", code: "missing", detail: "a JSON body is needed" };

/** INVALID with a finding for each field. */
export function refusal(errors: readonly FieldError[]): Failure {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new Failure("INVALID", first && `${first.pointer.slice(1) || "the request"}: ${first.detail}${more}`, {
    errors,
  });
}

/** Query parameters are text on the wire: those whose schema wants a number or a boolean become one, if they can. */
function coerce(schema: TSchema, given: unknown): unknown {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(given as Record<string, unknown>).map(([name, text]) => [
      name,
      typeof text === "string" ? read(text, properties[name]?.type) : text,
    ]),
  );
}

function read(text: string, type: string | undefined): unknown {
  if (type === "integer" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
