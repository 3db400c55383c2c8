import type { Mac } from "../domain/mac.ts";

/** A MAC that asked and that nobody has added yet. Times are RFC 3339 UTC. */
export interface Stranger {
  readonly mac: Mac;
  /** Guessed from what it asked and how it calls itself. */
  readonly model?: string;
  readonly family?: string;
  readonly userAgent?: string;
  readonly firmware?: string;
  /** Names it asked, the last ten different ones. */
  readonly names: readonly string[];
  readonly address: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly times: number;
}

export type Sighting = Pick<Stranger, "mac" | "address" | "model" | "family" | "userAgent" | "firmware"> & {
  readonly name: string;
  readonly at: string;
};

/** The latest strangers; the one not seen for longest goes when a new one comes and the list is full. */
export interface Strangers {
  note(sighting: Sighting): void;
  /** Newest first. */
  list(): readonly Stranger[];
  get(mac: Mac): Stranger | undefined;
  /** Somebody added it. */
  forget(mac: Mac): void;
}

export function createStrangers(most = 1000): Strangers {
  const known = new Map<Mac, Stranger>();
  return {
    note({ name, at, ...facts }) {
      const before = known.get(facts.mac);
      const names = [...new Set([...(before?.names ?? []), name])].slice(-10);
      known.delete(facts.mac);
      known.set(facts.mac, {
        ...before,
        ...facts,
        names,
        firstSeen: before?.firstSeen ?? at,
        lastSeen: at,
        times: (before?.times ?? 0) + 1,
      });
      if (known.size <= most) return;
      for (const oldest of known.keys()) {
        known.delete(oldest);
        return;
      }
    },
    list: () => [...known.values()].reverse(),
    get: (mac) => known.get(mac),
    forget: (mac) => void known.delete(mac),
  };
}
