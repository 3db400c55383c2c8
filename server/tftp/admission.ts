import type { TftpLimits } from "./parts.ts";

type Limits = Pick<TftpLimits, "maxTransfers" | "maxPerAddress" | "silentPlaceMs">;

/** Who holds a place. */
interface Guest {
  readonly address: string;
  /** Releases the place before it returns. */
  giveWay(): void;
}

/** Those that were sent the first packet and have not answered, with the time of it; the oldest come first. */
type SilentGuests = Map<Guest, number>;

interface Places {
  count: number;
  readonly silent: SilentGuests;
}

/**
 * Counts what is under way, in all and for each address. At a limit the phone that was silent longest makes way: whoever
 * asks and never answers, perhaps under a forged address, holds a place for moments, not until it was given up.
 */
export class Admission {
  readonly #limits: Limits;
  readonly #perAddress = new Map<string, Places>();
  readonly #silent: SilentGuests = new Map();
  #active = 0;
  #idle: (() => void)[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get active(): number {
    return this.#active;
  }

  /** False when a limit is reached and nobody has to make way; otherwise the address holds a place until `release`. */
  admit(address: string, now: number): boolean {
    const { maxTransfers, maxPerAddress } = this.#limits;
    const held = this.#perAddress.get(address);
    if (held !== undefined && held.count >= maxPerAddress && !this.#clearOne(held.silent, now)) return false;
    if (this.#active >= maxTransfers && !this.#clearOne(this.#silent, now)) return false;
    this.#placesOf(address).count += 1;
    this.#active += 1;
    return true;
  }

  /** The guest was sent its first packet and has not answered yet. */
  silent(guest: Guest, now: number): void {
    this.#silent.set(guest, now);
    this.#placesOf(guest.address).silent.set(guest, now);
  }

  answered(guest: Guest): void {
    this.#silent.delete(guest);
    this.#perAddress.get(guest.address)?.silent.delete(guest);
  }

  release(guest: Guest): void {
    this.answered(guest);
    const places = this.#placesOf(guest.address);
    places.count -= 1;
    if (places.count <= 0) this.#perAddress.delete(guest.address);
    this.#active -= 1;
    if (this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when nothing is under way, or after so many milliseconds. */
  async idle(withinMs: number): Promise<void> {
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Takes the place of who was silent longest, when that was long enough. */
  #clearOne(guests: SilentGuests, now: number): boolean {
    const [oldest] = guests;
    if (oldest === undefined || now - oldest[1] < this.#limits.silentPlaceMs) return false;
    oldest[0].giveWay();
    return true;
  }

  #placesOf(address: string): Places {
    const places = this.#perAddress.get(address) ?? { count: 0, silent: new Map() };
    this.#perAddress.set(address, places);
    return places;
  }
}
