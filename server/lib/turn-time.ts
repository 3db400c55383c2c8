/** So many may begin in one turn, if they take so little time. */
const mostPasses = 256;

/**
 * Lets work begin in a turn of the event loop until so many milliseconds of it are gone; what comes later waits for the
 * next turns, in order. What two thousand ask for in the same moment would otherwise be done in one go, and nobody else
 * be heard meanwhile. Meant for work that is done, or waits for something outside, before the next callback is called.
 */
export class TurnTime {
  readonly #budgetMs: number;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #isTurn = false;
  #endsAt = 0;

  constructor(budgetMs: number, now: () => number = () => performance.now()) {
    this.#budgetMs = budgetMs;
    this.#now = now;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Undefined where nothing has to be waited for. */
  take(): Promise<void> | undefined {
    if (!this.#isTurn) this.#begin();
    if (this.#waiting.length === 0 && this.#now() < this.#endsAt) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): void {
    this.#isTurn = true;
    this.#endsAt = this.#now() + this.#budgetMs;
    setImmediate(() => this.#next());
  }

  /** Between immediates each passed one does its work, so every pass sees what the ones before it took. */
  #next(): void {
    if (this.#waiting.length === 0) {
      this.#isTurn = false;
      return;
    }
    setImmediate(() => {
      this.#endsAt = this.#now() + this.#budgetMs;
    });
    const passes = Math.min(this.#waiting.length, mostPasses);
    for (let pass = 0; pass < passes; pass += 1) setImmediate(() => this.#pass());
    setImmediate(() => this.#next());
  }

  #pass(): void {
    if (this.#now() < this.#endsAt) this.#waiting.shift()?.();
  }
}
