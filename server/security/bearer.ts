import { createHash, timingSafeEqual } from "node:crypto";

/** Who asks the admin listener. */
export interface Caller {
  /** Name for the audit. */
  readonly actor: string;
  /** May name any organization. */
  readonly operator: boolean;
}

/** Checks bearer tokens; only digests are kept. */
export function createBearerCheck(rootToken: string): (authorization: string | undefined) => Caller | undefined {
  const expected = digest(rootToken);
  return (authorization) => {
    const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    return timingSafeEqual(digest(token), expected) ? { actor: "root-token", operator: true } : undefined;
  };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
