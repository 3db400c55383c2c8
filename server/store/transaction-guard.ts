/**
 * Holds the rules that the transactions of both stores share: nothing works after the end, what was begun before the end
 * belongs to the transaction even when nobody awaited it, and a failed write fails the whole, even when the caller
 * swallowed the failure.
 */
export class TransactionGuard {
  readonly #running = new Set<Promise<unknown>>();
  #hasEnded = false;
  #failed: { readonly thrown: unknown } | undefined;

  async read<Result>(operation: () => Promise<Result>): Promise<Result> {
    this.refuseWhenEnded();
    const running = operation();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async write<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      return await this.read(operation);
    } catch (thrown) {
      this.fail(thrown);
      throw thrown;
    }
  }

  fail(thrown: unknown): void {
    this.#failed ??= { thrown };
  }

  refuseWhenEnded(): void {
    if (this.#hasEnded) {
      throw new Error("the transaction has ended; every read and write of it must be awaited inside its work");
    }
  }

  /** Waits for what was not awaited, ends the transaction and throws the first failure of a write. */
  async finish(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.allSettled(this.#running);
    }
    this.#hasEnded = true;
    if (this.#failed !== undefined) {
      throw this.#failed.thrown;
    }
  }

  /** Ends the transaction without waiting, because its work threw. */
  abort(): void {
    this.#hasEnded = true;
  }
}
