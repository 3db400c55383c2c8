import type { PushOutcome } from "../../domain/push.ts";
import { asPbxError } from "./pbx-error.ts";

/** Nothing was sent. */
export function unable(reason: string): PushOutcome {
  return { result: "unable", reason };
}

export function refused(reason: string): PushOutcome {
  return { result: "refused", reason };
}

/** A request for the phone failed; whether the PBX had it before can't be known unless it never left here. */
export function afterSending(error: unknown): PushOutcome {
  const { trouble, message } = asPbxError(error);
  if (trouble === "value" || trouble === "busy") return unable(message);
  return { result: "silent", reason: `${message}; it may have told the phone all the same` };
}
