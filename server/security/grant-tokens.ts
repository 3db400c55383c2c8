import { randomBytes, timingSafeEqual } from "node:crypto";
import { bearerOf, digestOf } from "./bearer.ts";

/** Tokens of grants: `offhook_`, the id of the grant (a ULID), `_`, 32 random bytes in base64url. */
export interface GrantTokens {
  /** A new one; `digest` is base64url. */
  make(id: string): { readonly token: string; readonly digest: string };
  /** The one of a header `Authorization`; undefined when it is of another form. */
  read(authorization: string | undefined): ShownToken | undefined;
}

interface ShownToken {
  /** The grant that it says it is of. */
  readonly id: string;
  proves(digest: string): boolean;
}

const form = /^offhook_([0-9A-HJKMNP-TV-Z]{26})_[\w-]{43}$/;

export const grantTokens: GrantTokens = {
  make(id) {
    const token = `offhook_${id}_${randomBytes(32).toString("base64url")}`;
    return { token, digest: digestOf(token).toString("base64url") };
  },
  read(authorization) {
    const token = bearerOf(authorization) ?? "";
    const [, id] = form.exec(token) ?? [];
    if (id === undefined) return undefined;
    return { id, proves: (digest) => timingSafeEqual(digestOf(token), Buffer.from(digest, "base64url")) };
  },
};
