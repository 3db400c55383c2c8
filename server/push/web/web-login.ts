import { answerChallenge, strongestChallenge } from "../../sip/digest.ts";

export interface WebCredential {
  readonly user: string;
  readonly password: string;
}

/** How a server asks for a name and password; `other`: in a way that is not known here, as Bearer. */
export type WebScheme = "digest" | "basic" | "other";

/** The strongest way of those that WWW-Authenticate offers. */
export function schemeOf(challenges: readonly string[]): WebScheme {
  if (strongestChallenge(challenges)) return "digest";
  return challenges.some((value) => /(?:^|,)\s*basic(?:\s|,|$)/i.test(value)) ? "basic" : "other";
}

/** Whether the password was right and only the nonce too old (RFC 7616 section 3.3). */
export function isStale(challenges: readonly string[]): boolean {
  return strongestChallenge(challenges)?.stale === true;
}

/** The value of Authorization; undefined where there is no way to answer. */
export function authorizationFor(
  challenges: readonly string[],
  { user, password }: WebCredential,
  { method, path }: { readonly method: string; readonly path: string },
): string | undefined {
  if (/\p{Cc}/u.test(user + password)) return undefined;
  const challenge = strongestChallenge(challenges);
  if (challenge) return answerChallenge(challenge, { method, uri: path, user, secret: password, count: 1 });
  // RFC 7617 section 2: a name with a colon can't be told from its password.
  if (schemeOf(challenges) !== "basic" || user.includes(":")) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
