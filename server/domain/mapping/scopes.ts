import type { KeySlot } from "../keys.ts";
import type { MappingRow } from "../model.ts";
import type { DeskFacts, Scope } from "./scope.ts";

/** A row where it applies, with the placeholders of its name filled in. */
export interface PlacedRow {
  readonly row: MappingRow;
  readonly name: string;
  readonly scope: Scope;
}

/** What a row is repeated over. */
type Repetition = "once" | "line" | "button" | "key" | "module" | "module-key";

/**
 * Every row where it applies: once for the phone, or once a line, key or module. Rows that stand together and repeat
 * alike are told line by line (key by key), so that a file reads as a person would write it.
 */
export function placeRows(rows: readonly MappingRow[], desk: DeskFacts): readonly PlacedRow[] {
  const placed: PlacedRow[] = [];
  for (let from = 0; from < rows.length; ) {
    const repetition = repetitionOf(rows[from]);
    let to = from + 1;
    while (to < rows.length && repetitionOf(rows[to]) === repetition) to++;
    const run = rows.slice(from, to);
    for (const place of placesOf(repetition, desk)) for (const row of run) placed.push(placeRow(row, place, desk));
    from = to;
  }
  return placed;
}

function repetitionOf(row: MappingRow | undefined): Repetition {
  const to = row?.to ?? "";
  if (to.includes("{line}")) return "line";
  if (to.includes("{button}")) return "button";
  if (to.includes("{key}")) return to.includes("{module}") ? "module-key" : "key";
  return to.includes("{module}") ? "module" : "once";
}

/** Where a run of rows stands: a number for each placeholder, and the slot that a key row is about. */
interface Place {
  readonly index: number;
  readonly slot?: KeySlot;
  readonly over: Repetition;
}

function placesOf(over: Repetition, { model, modules, slots }: DeskFacts): Place[] {
  if (over === "once") return [{ over, index: 1 }];
  if (over === "line") return Array.from({ length: model.has.lines }, (_, at) => ({ over, index: at + 1 }));
  if (over === "module") return modules.map((_, at) => ({ over, index: at + 1 }));
  return slots
    .filter((slot) => isMeant(slot, over, model.has.keys))
    .map((slot) => ({ over, index: slot.position, slot }));
}

/** A phone without keys still has a line; its flat profile has no parameters for keys. */
function isMeant({ module, position }: KeySlot, over: Repetition, keys: number): boolean {
  if (over === "button") return true;
  return over === "module-key" ? module > 0 : module === 0 && position <= keys;
}

function placeRow(row: MappingRow, place: Place, desk: DeskFacts): PlacedRow {
  if (place.slot) return placeKeyRow(row, place.slot, desk);
  const { over, index } = place;
  const name = row.to.replaceAll("{line}", String(index)).replaceAll("{module}", String(index));
  if (over === "once") return { row, name: row.to, scope: { desk, index, idle: false } };
  const module = over === "module" ? desk.modules[index - 1] : undefined;
  const line = over === "line" ? desk.lines[index - 1] : undefined;
  const idle = line === undefined && module === undefined;
  return { row, name, scope: { desk, index, idle, ...(line && { line }), ...(module !== undefined && { module }) } };
}

function placeKeyRow(row: MappingRow, slot: KeySlot, desk: DeskFacts): PlacedRow {
  const { button, key, module, position } = slot;
  const idle = key === undefined || (row.only !== undefined && !row.only.includes(key.type));
  const line = key?.type === "line" ? desk.lines.find((each) => each.id === key.line) : undefined;
  const name = row.to
    .replaceAll("{button}", String(button))
    .replaceAll("{key}", String(position))
    .replaceAll("{module}", String(module));
  return { row, name, scope: { desk, index: position, slot, idle, ...(line && { line }) } };
}
