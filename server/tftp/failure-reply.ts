import { asFailure, Failure } from "../domain/failures.ts";
import { buildError } from "./packet.ts";
import type { TftpLog } from "./parts.ts";

/** What `read` threw: a Failure was logged where it arose, so only anything else, a bug, is told above debug. */
export function readFailureReply(thrown: unknown, log: TftpLog, fields: object): Buffer | undefined {
  if (!(thrown instanceof Failure)) return failureReply(thrown, log, fields);
  log.debug({ ...fields, code: thrown.code, detail: thrown.message }, thrown.kind.text);
  return replyTo(thrown);
}

/**
 * Logs a failure of the server itself at its level and gives the ERROR packet for the phone; undefined where the phone
 * is to hear nothing and ask again.
 */
export function failureReply(thrown: unknown, log: TftpLog, fields: object): Buffer | undefined {
  const failure = asFailure(thrown);
  const { text, log: level } = failure.kind;
  const told = level === "error" ? { err: failure } : { detail: failure.message };
  log[level]({ ...fields, code: failure.code, ...told }, text);
  return replyTo(failure);
}

/** The packet carries the text of the table, never the detail. */
function replyTo({ kind: { tftp, text } }: Failure): Buffer | undefined {
  return tftp === "silence" ? undefined : buildError(tftp, text);
}
