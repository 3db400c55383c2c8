/** Header fields of RFC 3261 section 20, as far as provisioning needs to understand them. */

export type HeaderField = readonly [name: string, value: string];

/** RFC 3261 section 25.1 `token`: methods, header names, names of parameters. */
export const isToken = (text: string) => /^[\w\-.!%*+`'~]+$/.test(text);

/** What may stand in a request line or between angle brackets: no white space, nothing that ends it early. */
export const isUri = (text: string) => /^[a-z][a-z0-9+.-]*:[^\s<>"]+$/i.test(text);

/** RFC 3261 section 7.3.3, RFC 6665 section 8.4 (o, u) and the registry of IANA. */
const compactForms: Readonly<Record<string, string>> = {
  a: "Accept-Contact",
  b: "Referred-By",
  c: "Content-Type",
  d: "Request-Disposition",
  e: "Content-Encoding",
  f: "From",
  i: "Call-ID",
  j: "Reject-Contact",
  k: "Supported",
  l: "Content-Length",
  m: "Contact",
  n: "Identity-Info",
  o: "Event",
  r: "Refer-To",
  s: "Subject",
  t: "To",
  u: "Allow-Events",
  v: "Via",
  x: "Session-Expires",
  y: "Identity",
};

/** RFC 3261 section 7.3.1: these use commas within one value; the rest of the list is free text or a date. */
const neverLists = new Set([
  "authorization",
  "call-id",
  "date",
  "organization",
  "proxy-authenticate",
  "proxy-authorization",
  "retry-after",
  "server",
  "subject",
  "user-agent",
  "www-authenticate",
]);

export function longName(name: string): string {
  return Object.hasOwn(compactForms, name.toLowerCase()) ? (compactForms[name.toLowerCase()] ?? name) : name;
}

/** The values of all fields of a name, in their order; a list in one field counts as several. */
export function fieldValues(fields: readonly HeaderField[], name: string): string[] {
  const wanted = longName(name).toLowerCase();
  const values = fields.filter(([each]) => longName(each).toLowerCase() === wanted).map(([, value]) => value);
  return neverLists.has(wanted) ? values : values.flatMap((value) => splitOutside(value, ",") ?? [value]);
}

/** From, To, Contact: `"Name" <uri>;parameters` or `uri;parameters`. */
export interface Address {
  readonly uri: string;
  /** Names in lower case, values without their quotes; empty for a parameter without a value. */
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseAddress(value: string): Address | undefined {
  const [first = "", ...rest] = splitOutside(value, ";") ?? [];
  const uri = /^(?:"(?:[^"\\]|\\.)*"\s*|[^"<>]*)<([^<>]*)>$/s.exec(first)?.[1] ?? first;
  const parameters = parseParameters(rest);
  return isUri(uri) && parameters ? { uri, parameters } : undefined;
}

/** RFC 3261 section 20.42, RFC 3581. `port` only where the field names one. */
export interface Via {
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly parameters: ReadonlyMap<string, string>;
}

const sentProtocol = /^SIP\s*\/\s*2\.0\s*\/\s*([\w\-.!%*+`'~]+)\s+(\[[0-9a-f:.]+\]|[\w.-]+)(?:\s*:\s*(\d{1,5}))?$/i;

export function parseVia(value: string): Via | undefined {
  const [first = "", ...rest] = splitOutside(value, ";") ?? [];
  const [, transport, host, port] = sentProtocol.exec(first.trim()) ?? [];
  const parameters = parseParameters(rest);
  if (!transport || !host || !parameters || Number(port ?? 0) > 65535) return undefined;
  return { transport: transport.toUpperCase(), host, ...(port && { port: Number(port) }), parameters };
}

/** RFC 3261 section 8.1.1.5: the number is below 2^31. */
export function parseCseq(value: string): { readonly number: number; readonly method: string } | undefined {
  const [, number, method = ""] = /^(\d{1,20})\s+(\S+)$/.exec(value) ?? [];
  if (!isToken(method) || Number(number) >= 2 ** 31) return undefined;
  return { number: Number(number), method };
}

/** Split outside of quoted strings and angle brackets; undefined where one of these is not closed. */
export function splitOutside(text: string, separator: "," | ";"): string[] | undefined {
  const wholes = /"(?:[^"\\]|\\.)*"|<[^>]*>|[^"<,;]+|[,;]/gsy;
  const pieces: string[] = [];
  let start = 0;
  for (let end = 0; end < text.length; end = wholes.lastIndex) {
    const [whole] = wholes.exec(text) ?? [];
    if (whole === undefined) return undefined;
    if (whole !== separator) continue;
    pieces.push(text.slice(start, end).trim());
    start = end + 1;
  }
  return [...pieces, text.slice(start).trim()];
}

function parseParameters(pieces: readonly string[]): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const piece of pieces) {
    const [, name = "", value = ""] = /^([^\s=]+)(?:\s*=\s*(.*))?$/s.exec(piece) ?? [];
    if (!isToken(name)) return undefined;
    parameters.set(name.toLowerCase(), unquote(value));
  }
  return parameters;
}

/** The text of a quoted string; any other text as it is. */
export function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/gs, "$1")
    : text;
}
