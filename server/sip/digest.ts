import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { splitOutside, unquote } from "./headers.ts";

/**
 * Digest authentication as SIP (RFC 3261 section 22, RFC 8760) and HTTP (RFC 7616) share it: both sides of it, without
 * the header names. `auth-int` and user hashes are not offered to anyone, and not needed by any phone known so far.
 */

/** The best at the front; RFC 8760 section 2.4 wants the strongest, and a session key adds nothing to strength. */
const hashes = {
  "SHA-512-256": "sha512-256",
  "SHA-512-256-sess": "sha512-256",
  "SHA-256": "sha256",
  "SHA-256-sess": "sha256",
  MD5: "md5",
  "MD5-sess": "md5",
} as const;
export type DigestAlgorithm = keyof typeof hashes;
const digestAlgorithms = Object.keys(hashes) as DigestAlgorithm[];

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  readonly algorithm: DigestAlgorithm;
  /** Absent: the answer is that of RFC 2069, without counter. */
  readonly qop?: "auth";
  /** The secret was right, only the nonce is too old. */
  readonly stale: boolean;
}

/** What stands in an Authorization header. `qop`, `count` and `cnonce` are there together or not at all. */
export interface DigestAnswer {
  readonly user: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly opaque?: string;
  readonly qop?: "auth";
  /** As sent: eight hexadecimal digits. */
  readonly count?: string;
  readonly cnonce?: string;
}

export interface DigestParts {
  readonly method: string;
  /** As in the request line (HTTP: path and query). */
  readonly uri: string;
  readonly user: string;
  readonly secret: string;
}

/** The strongest challenge that can be answered, of the values of all WWW- or Proxy-Authenticate fields. */
export function strongestChallenge(values: readonly string[]): Challenge | undefined {
  const rank = ({ algorithm }: Challenge) => digestAlgorithms.indexOf(algorithm);
  return values.flatMap(parseChallenges).sort((a, b) => rank(a) - rank(b))[0];
}

/** One field may hold several challenges (HTTP); those of other schemes, algorithms or qualities are left away. */
export function parseChallenges(value: string): Challenge[] {
  // What can't be sent back, or not in a datagram, can't be answered.
  if (value.length > 4096 || /\p{Cc}/u.test(value)) return [];
  return parseSchemes(value).flatMap(({ scheme, parameters }) => {
    const algorithm = knownAlgorithm(parameters.get("algorithm"));
    const [realm, nonce, opaque, qop] = ["realm", "nonce", "opaque", "qop"].map((name) => parameters.get(name));
    if (scheme !== "digest" || !algorithm || realm === undefined || nonce === undefined) return [];
    const qualities = qop?.toLowerCase().split(/[\s,]+/);
    if (qualities && !qualities.includes("auth")) return [];
    return {
      ...{ realm, nonce, algorithm },
      ...(opaque !== undefined && { opaque }),
      ...(qualities && { qop: "auth" as const }),
      stale: parameters.get("stale")?.toLowerCase() === "true",
    };
  });
}

/**
 * The value of Authorization or Proxy-Authorization. `count`: how often this nonce was used, this time included.
 * Throws a RangeError when a text has a control character in it.
 */
export function answerChallenge(challenge: Challenge, parts: DigestParts & { count: number; cnonce?: string }): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge;
  const { user, uri, cnonce = randomBytes(12).toString("hex") } = parts;
  const count = parts.count.toString(16).padStart(8, "0");
  const response = digestResponse({ ...challenge, ...parts, count, cnonce });
  const hasCnonce = qop !== undefined || algorithm.endsWith("-sess");
  return [
    `Digest username=${quote(user)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`,
    `response="${response}", algorithm=${algorithm}`,
    ...(hasCnonce ? [`cnonce=${quote(cnonce)}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    // Not quoted (RFC 7616 section 3.4).
    ...(qop ? [`qop=${qop}, nc=${count}`] : []),
  ].join(", ");
}

/** The value of WWW-Authenticate or Proxy-Authenticate. */
export function writeChallenge({ realm, nonce, opaque, algorithm, qop, stale }: Challenge): string {
  return [
    `Digest realm=${quote(realm)}, nonce=${quote(nonce)}, algorithm=${algorithm}`,
    ...(qop ? [`qop=${quote(qop)}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(stale ? ["stale=true"] : []),
  ].join(", ");
}

const answered = ["username", "realm", "nonce", "uri", "response"] as const;

/** An Authorization or Proxy-Authorization value; undefined when it is no digest, or not a whole one. */
export function parseAnswer(value: string): DigestAnswer | undefined {
  const [first] = parseSchemes(value);
  if (first?.scheme !== "digest") return undefined;
  const { parameters } = first;
  const [user, realm, nonce, uri, response] = answered.map((name) => parameters.get(name));
  const [opaque, count, cnonce] = ["opaque", "nc", "cnonce"].map((name) => parameters.get(name));
  const algorithm = knownAlgorithm(parameters.get("algorithm"));
  if (!algorithm || user === undefined || realm === undefined) return undefined;
  if (nonce === undefined || uri === undefined || response === undefined) return undefined;
  const isCounted = parameters.get("qop")?.toLowerCase() === "auth";
  if (isCounted && (cnonce === undefined || !/^[0-9a-f]{8}$/i.test(count ?? ""))) return undefined;
  return {
    ...{ user, realm, nonce, uri, response, algorithm },
    ...(opaque !== undefined && { opaque }),
    ...(cnonce !== undefined && { cnonce }),
    ...(isCounted && count !== undefined && { qop: "auth" as const, count }),
  };
}

/** Whether the secret was known to who wrote the answer. The nonce, and its count, are the caller's to judge. */
export function isRightAnswer(answer: DigestAnswer, expected: DigestParts & { readonly realm: string }): boolean {
  if (answer.user !== expected.user || answer.realm !== expected.realm || answer.uri !== expected.uri) return false;
  const wanted = Buffer.from(digestResponse({ count: "", cnonce: "", ...answer, ...expected }));
  const given = Buffer.from(answer.response.toLowerCase());
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

interface Ingredients extends DigestParts {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop?: "auth";
  readonly count: string;
  readonly cnonce: string;
}

/** RFC 7616 section 3.4.1 to 3.4.3. */
function digestResponse({ algorithm, qop, nonce, count, cnonce, ...of }: Ingredients): string {
  const hash = (...texts: string[]) => createHash(hashes[algorithm]).update(texts.join(":")).digest("hex");
  const secret = hash(of.user, of.realm, of.secret);
  const session = algorithm.endsWith("-sess") ? hash(secret, nonce, cnonce) : secret;
  const request = hash(of.method, of.uri);
  return qop ? hash(session, nonce, count, cnonce, qop, request) : hash(session, nonce, request);
}

/** RFC 7616 section 3.3: MD5 where nothing is said. Some quote it. */
function knownAlgorithm(name = "MD5"): DigestAlgorithm | undefined {
  return digestAlgorithms.find((each) => each.toLowerCase() === name.toLowerCase());
}

function quote(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError("a control character in a digest");
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

interface Scheme {
  /** In lower case. */
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** `Scheme name=value, name="value", Scheme …`: a word before a name begins the next one. */
function parseSchemes(value: string): Scheme[] {
  const found: Scheme[] = [];
  for (const piece of splitOutside(value, ",") ?? []) {
    const [, scheme, name = "", text = ""] = /^(?:([\w-]+)\s+)?([\w-]+)\s*=\s*(.*)$/s.exec(piece) ?? [];
    if (scheme) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    if (name) found.at(-1)?.parameters.set(name.toLowerCase(), unquote(text));
  }
  return found;
}
