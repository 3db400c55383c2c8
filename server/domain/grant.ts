export const grantReaches = ["read", "change"] as const;
export type GrantReach = (typeof grantReaches)[number];

/** Somebody is let into one organization until a time. Times are RFC 3339 UTC. */
export interface Grant {
  readonly id: string;
  /** Whom it is for, in the words of whoever gave it. */
  readonly name: string;
  readonly may: GrantReach;
  /** SHA-256 of its token, base64url; the token itself is kept nowhere. */
  readonly digest: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Absent while it is open, and after its time until the schedule has come by. */
  readonly endedAt?: string;
  /** `schedule`, `restore`, or whoever took it away. */
  readonly endedBy?: string;
}

export const grantKind = "grant";

/** Whether it lets anybody in, now (milliseconds since the epoch). */
export function isInForce({ endedAt, expiresAt }: Pick<Grant, "endedAt" | "expiresAt">, now: number): boolean {
  return endedAt === undefined && now < Date.parse(expiresAt);
}
