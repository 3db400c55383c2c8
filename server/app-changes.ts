import type { Logger } from "pino";
import type { Clock, Store } from "./domain/ports.ts";
import { createChangeSweep } from "./office/changes/sweep.ts";
import { rememberingChanges } from "./office/changes/undo.ts";

/** The store as people's edits see it, which keeps what was before for a while; what is over goes at the start. */
export function openChanges({ store, clock, log }: { store: Store; clock: Clock; log: Logger }) {
  const sweep = createChangeSweep({ store, clock, log });
  void sweep.sweep();
  return { edits: rememberingChanges(store, clock, sweep.kept), close: sweep.close };
}
