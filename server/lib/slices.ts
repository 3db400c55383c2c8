import { setImmediate } from "node:timers/promises";

/** Long work over many things without holding the event loop: yields whenever `budgetMs` is used up. */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void | Promise<void>, budgetMs = 15) {
  let started = performance.now();
  for (const item of items) {
    await work(item);
    if (performance.now() - started < budgetMs) continue;
    await setImmediate();
    started = performance.now();
  }
}
