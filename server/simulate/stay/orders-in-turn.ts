import { setImmediate } from "node:timers/promises";
import type { Order } from "./notice.ts";

/**
 * What a phone has to do, one after the other. Of orders that come meanwhile the last one is enough; one for a page takes
 * the place of no other.
 */
export class OrdersInTurn {
  readonly #carryOut: (order: Order) => Promise<void>;
  readonly #waiting = new Map<"page" | "other", Order>();
  #work: Promise<void> = Promise.resolve();

  /** `carryOut` never rejects. */
  constructor(carryOut: (order: Order) => Promise<void>) {
    this.#carryOut = carryOut;
  }

  add(order: Order): void {
    const place = order.kind === "show" ? "page" : "other";
    const isWaiting = this.#waiting.has(place);
    this.#waiting.set(place, order);
    if (isWaiting) return;
    this.#work = this.#work.then(async () => {
      // The answer goes out before anything is done (cisco.md E.2).
      await setImmediate();
      const next = this.#waiting.get(place);
      this.#waiting.delete(place);
      if (next) await this.#carryOut(next);
    });
  }

  /** Resolves when nothing is left to do of what came so far. */
  done(): Promise<void> {
    return this.#work;
  }
}
