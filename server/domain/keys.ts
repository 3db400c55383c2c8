import { BoundedMap } from "../lib/bounded-map.ts";
import type { Key } from "./device.ts";
import { isLineKey } from "./key-types.ts";
import type { ModelProfile } from "./model.ts";

/** One button of a phone or module, and what is on it. `module` 0 is the phone itself. */
export interface KeySlot {
  readonly module: number;
  readonly position: number;
  /** The number on the phone and its modules together, as enterprise phones count: phone keys first. */
  readonly button: number;
  readonly key?: PlacedKey;
}

/** What a key does, with its target resolved. */
export interface PlacedKey {
  readonly type: Key["type"];
  /** Index in the document's `keys`; absent for a line key that Offhook placed itself. */
  readonly index?: number;
  /** Id of the target line, when it is one. */
  readonly line?: string;
  readonly number?: string;
  readonly url?: string;
  readonly label?: string;
}

export interface KeyedDevice {
  readonly lines: readonly string[];
  readonly keys: readonly Key[];
  readonly modules: readonly string[];
}

/**
 * Every button in the order of the phone, then module after module. Where nobody placed a line on a key, the phone's
 * lines stand on its first free keys, as out of the box.
 */
export function layOutKeys(device: KeyedDevice, model: ModelProfile): readonly KeySlot[] {
  const placed = new Map(device.keys.map((key, index) => [placeOf(key.module ?? 0, key.position), place(key, index)]));
  const shown = new Set([...placed.values()].filter((each) => isLineKey(each.type)).map((each) => each.line));
  const waiting = device.lines.filter((line) => !shown.has(line));
  return buttonsOf(device.modules, model).map((slot) => {
    const given = placed.get(placeOf(slot.module, slot.position));
    const line = given || slot.module > 0 ? undefined : waiting.shift();
    const key: PlacedKey | undefined = given ?? (line === undefined ? undefined : { type: "line", line });
    return key ? { ...slot, key } : slot;
  });
}

function placeOf(module: number, position: number): number {
  return module * 1000 + position;
}

function place(key: Key, index: number): PlacedKey {
  return { type: key.type, index, ...key.target, ...(key.label === undefined ? {} : { label: key.label }) };
}

/** Buttons of a model by its modules: phones of a model have the same, but for what is on them. */
const known = new WeakMap<ModelProfile, BoundedMap<string, readonly KeySlot[]>>();
const mostKept = 100;

function buttonsOf(modules: readonly string[], model: ModelProfile): readonly KeySlot[] {
  const ofModel = known.get(model) ?? new BoundedMap<string, readonly KeySlot[]>(mostKept);
  known.set(model, ofModel);
  return ofModel.getOrMake(modules.join("/"), () => buttons(modules, model));
}

function buttons(modules: readonly string[], model: ModelProfile): KeySlot[] {
  const slots: KeySlot[] = [];
  const own = Math.max(model.has.keys, model.has.lines);
  for (let position = 1; position <= own; position++) slots.push({ module: 0, position, button: position });
  for (const [index, type] of modules.entries()) {
    const keys = model.has.modules.types[type]?.keys ?? 0;
    const first = slots.length;
    for (let position = 1; position <= keys; position++) {
      slots.push({ module: index + 1, position, button: first + position });
    }
  }
  return slots;
}
