import { AsyncLocalStorage } from "node:async_hooks";

interface Running {
  isOpen: boolean;
}

/**
 * Knows whether the caller stands inside a transaction of this store. One inside another would wait for itself forever,
 * so it is refused.
 */
export class TransactionScope {
  readonly #running = new AsyncLocalStorage<Running>();
  #count = 0;

  /** Throws a plain Error (a bug of the caller, not a failure of the store) inside a running transaction. */
  refuseNesting(): void {
    if (this.#running.getStore()?.isOpen === true) {
      throw new Error("a transaction was begun inside another one of the same store; use the outer one's methods");
    }
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const running: Running = { isOpen: true };
    this.#count += 1;
    try {
      return await this.#running.run(running, work);
    } finally {
      // What the work left running in the background may begin transactions of its own.
      running.isOpen = false;
      this.#count -= 1;
      // While it is on, Node follows every promise and packet of the process; phones are served without that.
      if (this.#count === 0) this.#running.disable();
    }
  }
}
