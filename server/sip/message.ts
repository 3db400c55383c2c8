import {
  fieldValues,
  type HeaderField,
  isToken,
  isUri,
  longName,
  parseAddress,
  parseCseq,
  parseVia,
} from "./headers.ts";

/** SIP messages, RFC 3261 section 7. Header fields keep their order; compact names are written out. */

interface Head {
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export interface SipRequest extends Head {
  readonly method: string;
  readonly uri: string;
}

export interface SipResponse extends Head {
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
}

export type SipMessage = SipRequest | SipResponse;

/** A longer message, body included, is neither read nor written. */
export const mostMessageBytes = 64 * 1024;
const mostHeaderFields = 100;
const noBody = Buffer.alloc(0);

export function isRequest(message: SipMessage): message is SipRequest {
  return "method" in message;
}

/** The first value of a header field. */
export function headerOf(message: SipMessage, name: string): string | undefined {
  return headersOf(message, name)[0];
}

export function headersOf(message: SipMessage, name: string): string[] {
  return fieldValues(message.headers, name);
}

/** A datagram (section 18.3): what follows the body is left away. Undefined for anything that is not whole. */
export function parseMessage(datagram: Buffer): SipMessage | undefined {
  if (datagram.length > mostMessageBytes) return undefined;
  const start = afterEmptyLines(datagram, datagram.length);
  const end = datagram.indexOf("\r\n\r\n", start);
  const message = end < 0 ? undefined : parseHead(datagram.toString("utf8", start, end));
  if (!message) return undefined;
  const rest = datagram.subarray(end + 4);
  const length = declaredLength(message) ?? rest.length;
  return length <= rest.length ? { ...message, body: Buffer.from(rest.subarray(0, length)) } : undefined;
}

/** Where a message begins: empty lines before it are ignored (section 7.5; as pings, RFC 5626 section 3.5.1). */
export function afterEmptyLines(bytes: Buffer, length: number): number {
  let at = 0;
  while (at + 1 < length && bytes[at] === 13 && bytes[at + 1] === 10) at += 2;
  return at;
}

/** Start line and header fields without the empty line that ends them. */
export function parseHead(text: string): SipMessage | undefined {
  const [start = "", ...lines] = text.split("\r\n");
  if (/[\r\n]/.test(start) || lines.length > 10 * mostHeaderFields) return undefined;
  const headers = parseFields(unfold(lines));
  const opening = parseStatusLine(start) ?? parseRequestLine(start);
  if (!headers || !opening) return undefined;
  const message = { ...opening, headers, body: noBody };
  return isWhole(message) ? message : undefined;
}

/** Content-Length; undefined where the message names none. */
export function declaredLength(message: SipMessage): number | undefined {
  const value = headerOf(message, "Content-Length");
  return value === undefined ? undefined : Number(value);
}

/** Throws a RangeError for what can't be written, above all a line break in a name or value (header injection). */
export function writeMessage(message: SipMessage): Buffer {
  const fields = message.headers.filter(([name]) => longName(name).toLowerCase() !== "content-length");
  const lines = fields.map(([name, value]) => {
    if (!isToken(name)) throw new RangeError("not a name of a header field");
    return `${name}: ${oneLine(value)}`;
  });
  const head = [writeStartLine(message), ...lines, `Content-Length: ${message.body.length}`, "", ""].join("\r\n");
  const bytes = Buffer.concat([Buffer.from(head), message.body]);
  if (bytes.length > mostMessageBytes) throw new RangeError(`a message of more than ${mostMessageBytes} bytes`);
  return bytes;
}

function writeStartLine(message: SipMessage): string {
  if (!isRequest(message)) return `SIP/2.0 ${message.status} ${oneLine(message.reason)}`;
  if (!isToken(message.method)) throw new RangeError("not a method");
  if (!isUri(message.uri)) throw new RangeError("not a Request-URI");
  return `${message.method} ${message.uri} SIP/2.0`;
}

function oneLine(text: string): string {
  if (/[\r\n]/.test(text)) throw new RangeError("a line break in a header field");
  return text;
}

/** Section 7.3.1: a line that begins with white space continues the one before. */
function unfold(lines: readonly string[]): string[] {
  const unfolded: string[] = [];
  for (const line of lines) {
    const last = unfolded.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) unfolded[unfolded.length - 1] = `${last} ${line.trim()}`;
    else unfolded.push(line);
  }
  return unfolded;
}

function parseFields(lines: readonly string[]): HeaderField[] | undefined {
  if (lines.length > mostHeaderFields) return undefined;
  const fields: HeaderField[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trimEnd();
    if (!isToken(name) || /[\r\n]/.test(line)) return undefined;
    fields.push([longName(name), line.slice(colon + 1).trim()]);
  }
  return fields;
}

function parseRequestLine(line: string): Pick<SipRequest, "method" | "uri"> | undefined {
  const [, method = "", uri = ""] = /^(\S+) (\S+) SIP\/2\.0$/i.exec(line) ?? [];
  return isToken(method) && isUri(uri) ? { method, uri } : undefined;
}

function parseStatusLine(line: string): Pick<SipResponse, "status" | "reason"> | undefined {
  const [, status, reason = ""] = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i.exec(line) ?? [];
  return status ? { status: Number(status), reason } : undefined;
}

/** Section 8.1.1: what every message must have, once, and can be understood. */
function isWhole(message: SipMessage): boolean {
  const once = ["From", "To", "Call-ID", "CSeq"].map((name) => headersOf(message, name));
  const [[from = ""] = [], [to = ""] = [], , [sequence = ""] = []] = once;
  const lengths = new Set(headersOf(message, "Content-Length"));
  const cseq = parseCseq(sequence);
  return (
    once.every((values) => values.length === 1 && values[0] !== "") &&
    parseAddress(from) !== undefined &&
    parseAddress(to) !== undefined &&
    parseVia(headerOf(message, "Via") ?? "") !== undefined &&
    cseq !== undefined &&
    (!isRequest(message) || cseq.method === message.method) &&
    (lengths.size === 0 || (lengths.size === 1 && /^\d{1,9}$/.test([...lengths].join())))
  );
}
