import type { LoadedFamily } from "../../catalogue/load.ts";
import type { Held } from "./held.ts";
import type { Order } from "./notice.ts";

/** Longer than a timer can wait comes to the same. */
const longestMs = 2 ** 31 - 1;

/** Only of phones with flat profiles it is written what a call does to an order (cisco.md B.5 and E.1). */
export function isKnownInCall({ format }: LoadedFamily): boolean {
  return format === "flat-xml";
}

/** Somebody speaks: a fetch that the phone is told to make waits for the end of the call, the last one of several. */
export class CallWait {
  readonly #take: (order: Order) => void;
  #isOn = false;
  #waiting: Order | undefined;
  #longest: NodeJS.Timeout | undefined;

  /** `take`: given what waited. */
  constructor(take: (order: Order) => void) {
    this.#take = take;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  begin(): void {
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
    this.#release();
  }

  /** As `end`, but what waited is forgotten. */
  drop(): void {
    this.#waiting = undefined;
    this.end();
  }

  /**
   * True when the order waits. It does so for `Forced_Resync_Delay` seconds at most, "Longest time a due fetch may wait
   * for the phone to become idle" (vocabulary of MPP); without it until the call ends.
   */
  holds(order: Order, held: Held): boolean {
    if (!this.#isOn || order.kind !== "resync") return false;
    this.#waiting = order;
    const seconds = Number(held.get("Forced_Resync_Delay")) || 0;
    if (seconds > 0) this.#longest ??= setTimeout(() => this.#release(), Math.min(seconds * 1000, longestMs)).unref();
    return true;
  }

  #release(): void {
    clearTimeout(this.#longest);
    this.#longest = undefined;
    const order = this.#waiting;
    this.#waiting = undefined;
    if (order) this.#take(order);
  }
}
