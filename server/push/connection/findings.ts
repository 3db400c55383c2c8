import type { ConnectionFinding } from "../../domain/push.ts";
import { asPbxError } from "./pbx-error.ts";

export function works(what: string): ConnectionFinding {
  return { works: true, what };
}

export function fails(what: string, cure?: string): ConnectionFinding {
  return { works: false, what, ...(cure !== undefined && { cure }) };
}

export function failsWith(error: unknown): ConnectionFinding {
  const { message, cure } = asPbxError(error);
  return fails(message, cure);
}
