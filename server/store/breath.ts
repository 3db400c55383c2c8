import { setImmediate } from "node:timers/promises";

const budgetMilliseconds = 10;

/**
 * Lets other work have its turn during long work in memory, where nothing else ever waits: thousands of writes in one
 * transaction would hold the event loop.
 */
export class Breath {
  #since = performance.now();
  #taken: Promise<void> | undefined;

  /** Something to wait for when the work has gone on for too long; undefined when it may go on at once. */
  due(): Promise<void> | undefined {
    if (this.#taken === undefined && performance.now() - this.#since > budgetMilliseconds) {
      this.#taken = this.#take();
    }
    // Whoever comes during a breath waits for it as well, so that operations stay in order.
    return this.#taken;
  }

  async #take(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
    this.#taken = undefined;
  }
}
