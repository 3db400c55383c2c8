import { breaksLine, PbxError } from "../connection/pbx-error.ts";

/** A request to Asterisk: its name, then headers in order. A name may come more than once. */
export interface AmiAction {
  readonly name: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** Asterisk reads lines into 1025 bytes, line end included, and drops a longer one (main/manager.c). */
const mostLineBytes = 1022;
/** Of 128 (AST_MAX_MANHEADERS). */
const mostHeaders = 120;

/**
 * The bytes of a request, ended by an empty line. Throws a PbxError for what can't be said: a value with a line end
 * would become a header of its own, and a line that is too long would be dropped without a word.
 */
export function encodeAction({ name, headers = [] }: AmiAction, id: string): string {
  if (headers.length > mostHeaders) throw new PbxError("value", `AMI takes at most ${mostHeaders} lines in a request`);
  const lines = [["Action", name] as const, ["ActionID", id] as const, ...headers].map(encodeHeader);
  return `${lines.join("")}\r\n`;
}

function encodeHeader([name, value]: readonly [string, string]): string {
  if (breaksLine(name + value)) throw new PbxError("value", `a line end or a NUL can't be sent in ${name}`);
  const line = `${name}: ${value}`;
  if (Buffer.byteLength(line) > mostLineBytes) {
    throw new PbxError("value", `AMI takes lines of at most ${mostLineBytes} bytes, and ${name} is longer`);
  }
  return `${line}\r\n`;
}

/**
 * The value of a `Variable` header. Asterisk splits it at commas and takes quotes and backslashes away
 * (AST_STANDARD_APP_ARGS in man_do_variable_value); a backslash before each keeps them.
 */
export function amiVariable(name: string, value: string): readonly [string, string] {
  return ["Variable", `${name}=${value.replace(/[\\",]/g, "\\$&")}`];
}
