/** So many at once, and so many more that wait their turn. */
export class Places {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** `full`: not even a place to wait in. `aborted`: the signal fired first. After `taken`, call `leave` once. */
  async take(signal: AbortSignal): Promise<"taken" | "full" | "aborted"> {
    if (signal.aborted) return "aborted";
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return "taken";
    }
    if (this.#waiting.size >= this.#mostWaiting) return "full";
    return await new Promise((resolve) => {
      const abort = () => {
        this.#waiting.delete(enter);
        resolve("aborted");
      };
      const enter = () => {
        signal.removeEventListener("abort", abort);
        resolve("taken");
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** The place goes to the one that has waited longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (!next) this.#taken -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
