import type { StoreChange } from "../domain/ports.ts";
import type { StoreLog } from "./store-log.ts";

type Listener = (changes: readonly StoreChange[]) => void;

/** Who watches one store. A listener that throws is logged; neither the commit nor the other listeners notice. */
export class ChangeListeners {
  readonly #listeners = new Set<{ readonly call: Listener }>();
  readonly #store: string;
  readonly #log: StoreLog;

  constructor(store: string, log: StoreLog) {
    this.#store = store;
    this.#log = log;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the function that ends it. */
  add(call: Listener): () => void {
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(changes: readonly StoreChange[]): void {
    if (changes.length === 0) {
      return;
    }
    for (const listener of [...this.#listeners]) {
      try {
        listener.call(changes);
      } catch (err) {
        this.#log.error({ event: "store-listener-failed", store: this.#store, err }, "a listener of the store failed");
      }
    }
  }
}
