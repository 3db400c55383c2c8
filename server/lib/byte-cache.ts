/** Buffers by key, least recently used out first, bounded in bytes. */
export class ByteCache {
  readonly #limit: number;
  readonly #entries = new Map<string, Buffer>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The buffer of a key, made when it is not there. One larger than the whole cache is made and not kept. */
  getOrMake(key: string, make: () => Buffer): Buffer {
    const known = this.find(key);
    if (known) return known;
    const made = make();
    if (made.length <= this.#limit) this.#keep(key, made);
    return made;
  }

  find(key: string): Buffer | undefined {
    const known = this.#entries.get(key);
    if (!known) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known;
  }

  #keep(key: string, made: Buffer): void {
    this.#entries.set(key, made);
    this.#bytes += made.length;
    for (const [oldest, buffer] of this.#entries) {
      if (this.#bytes <= this.#limit) return;
      this.#entries.delete(oldest);
      this.#bytes -= buffer.length;
    }
  }
}
