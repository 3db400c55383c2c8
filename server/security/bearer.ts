import { createHash, timingSafeEqual } from "node:crypto";
import type { GrantReach } from "../domain/grant.ts";

/** Who asks the admin listener. */
export interface Caller {
  /** Name for the audit. */
  readonly actor: string;
  /** May name any organization. */
  readonly operator: boolean;
  /** What a grant lets its caller do, and where: nowhere else. */
  readonly grant?: { readonly organization: string; readonly may: GrantReach };
}

const shortest = 16;

/** Checks the root token; only its digest is kept. Throws for one that is too short to be one. */
export function createBearerCheck(rootToken: string): (authorization: string | undefined) => Caller | undefined {
  if (rootToken.length < shortest) throw new Error(`the API token needs at least ${shortest} characters`);
  const expected = digestOf(rootToken);
  return (authorization) => {
    const token = bearerOf(authorization);
    if (token === undefined) return undefined;
    return timingSafeEqual(digestOf(token), expected) ? { actor: "root-token", operator: true } : undefined;
  };
}

/** The token of a header `Authorization` (RFC 6750 section 2.1); undefined for any other scheme. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/** SHA-256. */
export function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
