/** A turn at something that one node does at a time. It ends by itself when the node that has it died. */
export interface Lease {
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** How long a turn lasts without being renewed. */
const leaseMs = 60_000;
/** How often whoever works renews it. */
export const renewMs = 20_000;

export function isHeldByAnother(lease: Lease | undefined, node: string, now: number): boolean {
  return lease !== undefined && lease.node !== node && now < lease.until;
}

export function leaseFrom(node: string, now: number): Lease {
  return { node, until: now + leaseMs };
}
