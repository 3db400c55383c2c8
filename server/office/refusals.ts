import { Failure, type FieldError } from "../domain/failures.ts";

/** Refuses a request when there are findings; nothing was changed then. */
export function refuseIf(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw new Failure("INVALID", summary(errors), { errors });
}

function summary(errors: readonly FieldError[]): string {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return first ? `${first.pointer.slice(1) || "the body"}: ${first.detail}${more}` : "";
}

export function finding(pointer: string, code: string, detail: string): FieldError {
  return { pointer, code, detail };
}
