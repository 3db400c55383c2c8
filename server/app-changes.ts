import { type ChangeSweepParts, createChangeSweep } from "./office/changes/sweep.ts";
import { rememberingChanges } from "./office/changes/undo.ts";

/** The store as people's edits see it, which keeps what was before for a while; what is over goes at the start. */
export function openChanges(parts: ChangeSweepParts) {
  const { store, clock } = parts;
  const sweep = createChangeSweep(parts);
  void sweep.sweep();
  return { edits: rememberingChanges(store, clock, sweep.kept), close: sweep.close };
}
