import { setImmediate } from "node:timers/promises";

/** A turn of the event loop that takes less is one in which nobody wanted anything, in milliseconds. */
const quietMs = 0.3;
/** So many turns are left to others between two slices at most: those who ask without end must not end the work. */
const mostTurns = 8;

/**
 * Long work over many things without holding the event loop: whenever `budgetMs` is used up others have their turns, until
 * there is a quiet one. To answer a phone takes several, and a slice between each two of them would make it wait for all.
 */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void | Promise<void>, budgetMs = 10) {
  let started = performance.now();
  for (const item of items) {
    await work(item);
    if (performance.now() - started < budgetMs) continue;
    started = await othersTurns();
  }
}

async function othersTurns(): Promise<number> {
  let now = performance.now();
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const begun = now;
    await setImmediate();
    now = performance.now();
    if (now - begun < quietMs) break;
  }
  return now;
}
