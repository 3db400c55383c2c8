import type { TftpLimits } from "./parts.ts";

/** Counts what is under way, in all and for each address. */
export class Admission {
  readonly #limits: Pick<TftpLimits, "maxTransfers" | "maxPerAddress">;
  readonly #perAddress = new Map<string, number>();
  #active = 0;
  #idle: (() => void)[] = [];

  constructor(limits: Pick<TftpLimits, "maxTransfers" | "maxPerAddress">) {
    this.#limits = limits;
  }

  get active(): number {
    return this.#active;
  }

  /** False when a limit is reached; otherwise the address holds a place until `release`. */
  admit(address: string): boolean {
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#active >= this.#limits.maxTransfers || count >= this.#limits.maxPerAddress) return false;
    this.#perAddress.set(address, count + 1);
    this.#active += 1;
    return true;
  }

  release(address: string): void {
    const count = this.#perAddress.get(address) ?? 1;
    if (count === 1) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count - 1);
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
}
