import { isLineKey } from "../key-types.ts";
import type { KeySlot } from "../keys.ts";
import type { MappingRow } from "../model.ts";
import type { Run } from "./plan.ts";
import type { DeskFacts, Scope } from "./scope.ts";

/** What a row is repeated over. */
export type Repetition = "once" | "line" | "button" | "key" | "module" | "module-key";

export function repetitionOf(row: MappingRow | undefined): Repetition {
  const to = row?.to ?? "";
  if (to.includes("{line}")) return "line";
  if (to.includes("{button}")) return "button";
  if (to.includes("{key}")) return to.includes("{module}") ? "module-key" : "key";
  return to.includes("{module}") ? "module" : "once";
}

/** Everywhere that rows of a repetition stand on this phone, in the order of the phone. */
export function scopesOf(over: Repetition, desk: DeskFacts): readonly Scope[] {
  if (over === "once") return [{ desk, index: 1, idle: false }];
  if (over === "line") {
    return Array.from({ length: desk.model.has.lines }, (_, at) => {
      const line = desk.lines[at];
      return line ? { desk, index: at + 1, line, idle: false } : { desk, index: at + 1, idle: true };
    });
  }
  if (over === "module") return desk.modules.map((module, at) => ({ desk, index: at + 1, module, idle: false }));
  return desk.slots.filter((slot) => isMeant(slot, over, desk.model.has.keys)).map((slot) => keyScope(slot, desk));
}

/** A phone without keys still has a line; its flat profile has no parameters for keys. */
function isMeant({ module, position }: KeySlot, over: Repetition, keys: number): boolean {
  if (over === "button") return true;
  return over === "module-key" ? module > 0 : module === 0 && position <= keys;
}

function keyScope(slot: KeySlot, desk: DeskFacts): Scope {
  const { key, position } = slot;
  const line = key && isLineKey(key.type) ? desk.lines.find((each) => each.id === key.line) : undefined;
  return { desk, index: position, slot, idle: key === undefined, ...(line && { line }) };
}

/** The names of a run's rows where they stand. Kept with the run: a phone has only so many places. */
export function namesAt(run: Run, { index, slot }: Scope): readonly string[] {
  const place = slot ? (slot.module * 256 + slot.position) * 65_536 + slot.button : index;
  const known = run.names.get(place);
  if (known) return known;
  const names = run.rows.map((row) => nameAt(row, run.over, index, slot));
  run.names.set(place, names);
  return names;
}

/** A row's name with its placeholders filled in. */
function nameAt({ to }: MappingRow, over: Repetition, index: number, slot: KeySlot | undefined): string {
  if (over === "once") return to;
  if (!slot) return to.replaceAll(`{${over}}`, String(index));
  return to
    .replaceAll("{button}", String(slot.button))
    .replaceAll("{key}", String(slot.position))
    .replaceAll("{module}", String(slot.module));
}
