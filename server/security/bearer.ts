import { createHash, timingSafeEqual } from "node:crypto";

/** Who asks the admin listener. */
export interface Caller {
  /** Name for the audit. */
  readonly actor: string;
  /** May name any organization. */
  readonly operator: boolean;
}

const shortest = 16;

/** Checks bearer tokens; only digests are kept. Throws for a root token that is too short to be one. */
export function createBearerCheck(rootToken: string): (authorization: string | undefined) => Caller | undefined {
  if (rootToken.length < shortest) throw new Error(`the API token needs at least ${shortest} characters`);
  const expected = digest(rootToken);
  return (authorization) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    if (token === undefined) return undefined;
    return timingSafeEqual(digest(token), expected) ? { actor: "root-token", operator: true } : undefined;
  };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
