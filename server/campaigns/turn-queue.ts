import type { Mac } from "../domain/mac.ts";

/** Where a phone stands, as far as a pace may be set by it. */
export interface Place {
  readonly site: string;
  readonly model: string;
  /** Its /24 or /64; empty where it is not known. */
  readonly network: string;
}

interface Group {
  readonly place: Place;
  readonly waiting: Mac[];
  /** How many of `waiting` had their turn. */
  taken: number;
}

/**
 * Who is told next: in turns over sites, networks and models, so that a full site holds nobody else up, and the first few
 * are of many kinds.
 */
export class TurnQueue {
  readonly #groups = new Map<string, Group>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(mac: Mac, place: Place): void {
    const key = JSON.stringify([place.site, place.network, place.model]);
    const group = this.#groups.get(key) ?? { place, waiting: [], taken: 0 };
    this.#groups.set(key, group);
    group.waiting.push(mac);
    this.#size += 1;
  }

  /** The next one whose place has room. */
  next(hasRoom: (place: Place) => boolean): Mac | undefined {
    for (const [key, group] of this.#groups) {
      if (!hasRoom(group.place)) continue;
      const mac = group.waiting[group.taken];
      group.taken += 1;
      // To the end of the round; gone when nobody of it waits.
      this.#groups.delete(key);
      if (group.taken < group.waiting.length) this.#groups.set(key, group);
      this.#size -= 1;
      return mac;
    }
    return undefined;
  }
}
