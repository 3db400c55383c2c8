/**
 * Keys of the last moments: those of the current period and of the one before. Bounded, as a full period ends early.
 * RFC 1350 section 6 calls it dallying: late packets of an ended transfer are expected and mean nothing.
 */
export class RecentKeys {
  readonly #maxKeys: number;
  #current = new Set<string>();
  #previous = new Set<string>();

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  add(key: string): void {
    if (this.#current.size >= this.#maxKeys) this.turn();
    this.#current.add(key);
  }

  has(key: string): boolean {
    return this.#current.has(key) || this.#previous.has(key);
  }

  /** Ends the period. */
  turn(): void {
    this.#previous = this.#current;
    this.#current = new Set();
  }
}
