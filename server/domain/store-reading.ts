import type { Store } from "./ports.ts";

/** All of a store but its transactions, for one that adds something to these. Its methods need no object before them. */
export function readingOf(store: Store): Omit<Store, "transaction"> {
  return {
    get: (key) => store.get(key),
    holder: (name) => store.holder(name),
    find: (query) => store.find(query),
    watch: (listener) => store.watch(listener),
    hears: () => store.hears?.() ?? true,
    readAudit: (query) => store.readAudit(query),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
