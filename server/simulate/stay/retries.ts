import type { Held } from "./held.ts";
import type { Order } from "./notice.ts";

/** Of families that have no list of them in their files. */
const usualSeconds = 30;

/** A failed fetch is tried again after the waits of its own file, the last one for ever (cisco.md B.3, item 8). */
export class Retries {
  readonly #again: (order: Order) => void;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(again: (order: Order) => void) {
    this.#again = again;
  }

  /** How an order ended. A report has one attempt. */
  note(order: Order, isFailed: boolean, held: Held): void {
    this.#failures = isFailed ? this.#failures + 1 : 0;
    if (!isFailed || order.kind === "report") return;
    const waits = (held.get("Resync_Error_Retry_Delay") ?? "").split(",").map(Number);
    const seconds = waits[Math.min(this.#failures, waits.length) - 1] || usualSeconds;
    this.#timer = setTimeout(() => this.#again(order), seconds * 1000).unref();
  }

  /** Whatever comes now comes instead. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
