import type { Office } from "../../../server/app-office.ts";
import type { Device, Key } from "../../../server/domain/device.ts";
import { applies } from "../../../server/domain/mapping/plan.ts";
import { settingDefinitions } from "../../../server/domain/settings.ts";
import { edit } from "../../support/office.ts";
import { readText, readXml } from "../../support/read-back.ts";

/** Parameters of a file by name, as a phone reads them; undefined: not in the file. */
export type Reads = Readonly<Record<string, string | undefined>>;

/** A setting, and what a phone then reads in its file. */
export interface Reading {
  readonly setting: string;
  readonly value: unknown;
  readonly reads: Reads;
  /** What it reads once the setting is taken back. */
  readonly without?: Reads;
  /** The example model of the family when absent. */
  readonly model?: string;
  /** Where it is set; the device when absent, or the nearest layer that may set it. */
  readonly at?: "organization" | "site" | "device" | "line";
  /** Other settings of the device that it needs. */
  readonly also?: Readonly<Record<string, unknown>>;
  /** The device's keys, where the setting is about them. */
  readonly keys?: readonly Key[];
  /** Which of the phone's files it is in, by its id in the family; `device` when absent. */
  readonly file?: string;
}

/** A key, and what a phone then reads. Line 9721 is the phone's own, 9722 is another one. */
export interface KeyReading {
  readonly key: Key;
  readonly model: string;
  readonly reads: Reads;
  readonly modules?: readonly string[];
  readonly also?: Readonly<Record<string, unknown>>;
}

/** What `test/catalogue/settings/<family>.ts` exports. */
export interface ReadingTable {
  readonly readings: readonly Reading[];
  readonly keyReadings: readonly KeyReading[];
}

export type ReadFile = ReadonlyMap<string, string>;
type Layer = NonNullable<Reading["at"]>;

/** The lines that every case has. */
export async function addLines(office: Office): Promise<void> {
  const people = { "9721": "Zoe Novak", "9722": "Ivan Horvat" };
  for (const [id, displayName] of Object.entries(people)) {
    await office.lines.add(edit, { id, extension: id, displayName, secret: "Xy7kQm2RtVb9LpZw4NcHd6Sf" });
  }
}

/**
 * Sets one setting by the office's own rules, and gives what the phone reads with it and, where the row says what that
 * is, once it is taken back. Leaves nothing behind that another phone would read.
 */
export async function readSetting(
  office: Office,
  mac: string,
  model: string,
  { setting, value, at, also = {}, keys = [], file = "device", without }: Reading,
): Promise<{ readonly set: ReadFile; readonly back: ReadFile }> {
  const layer = at ?? nearestLayer(setting);
  const settings = layer === "device" ? { ...also, [setting]: value } : also;
  await office.devices.add(edit, mac, { model, lines: ["9721"], keys, settings });
  if (layer === "device" && without === undefined) {
    const set = await readFileOf(office, mac, file);
    return { set, back: set };
  }
  try {
    if (layer !== "device") await give(office, mac, layer, { [setting]: value });
    const set = await readFileOf(office, mac, file);
    await give(office, mac, layer, { [setting]: null });
    return { set, back: await readFileOf(office, mac, file) };
  } finally {
    if (layer !== "device") await give(office, mac, layer, { [setting]: null });
  }
}

/** Rows whose layer is shared with other phones come first, while there are few of them to work out again. */
export function sharedFirst(readings: readonly Reading[]): readonly Reading[] {
  const isShared = ({ at, setting }: Reading) => (at ?? nearestLayer(setting)) !== "device";
  return [...readings.filter(isShared), ...readings.filter((each) => !isShared(each))];
}

/** What a phone reads of one key. */
export async function readKey(
  office: Office,
  mac: string,
  { key, model, modules = [], also = {} }: KeyReading,
): Promise<ReadFile> {
  await office.devices.add(edit, mac, { model, lines: ["9721"], keys: [key], modules, settings: also });
  return await readFileOf(office, mac, "device");
}

function nearestLayer(setting: string): Layer {
  const layers = settingDefinitions.get(setting)?.layers;
  if (layers === undefined || layers.includes("device")) return "device";
  return layers.includes("site") ? "site" : "organization";
}

async function give(office: Office, mac: string, layer: Layer, settings: Record<string, unknown>): Promise<void> {
  if (layer === "device") await office.devices.change(edit, mac as Device["mac"], { settings });
  else if (layer === "line") await office.lines.change(edit, "9721", { settings });
  else await office.layers.change(edit, layer, layer === "site" ? "main" : "default", { settings });
}

/** Names as in the vocabulary; one that comes again is followed by `#2`, `#3` … */
async function readFileOf(office: Office, mac: string, id: string): Promise<ReadFile> {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error(`${mac} is not there`);
  const desk = await office.desks.read(office.stores.config, stored);
  const spec = desk.family.files.find((each) => each.id === id && applies(each.when, desk.model));
  if (!spec) throw new Error(`${desk.model.id} has no file "${id}"`);
  const made =
    spec.serves === "common"
      ? office.files.forFamily(spec, desk.family, await office.desks.common(office.stores.config, desk.family.id), [])
      : office.files.forDevice(spec, desk);
  const text = (await made).body.toString("utf8");
  const read = desk.family.format === "text" && id === "device" ? readText(text) : readXml(text).values;
  const times = new Map<string, number>();
  return new Map(
    read.map(([path, value]) => {
      const name = path.replace(/^flat-profile\//, "");
      const time = (times.get(name) ?? 0) + 1;
      times.set(name, time);
      return [time === 1 ? name : `${name}#${time}`, value];
    }),
  );
}

/** A setting that switches parameters of the names on and off. */
export function onOff(setting: string, ...names: readonly string[]): readonly Reading[] {
  return [
    { setting, value: true, reads: Object.fromEntries(names.map((name) => [name, "Yes"])) },
    { setting, value: false, reads: Object.fromEntries(names.map((name) => [name, "No"])) },
  ];
}

/** What one parameter reads for each value of a setting. */
export function choices(setting: string, name: string, wire: Readonly<Record<string, string>>): readonly Reading[] {
  return Object.entries(wire).map(([value, read]) => ({ setting, value, reads: { [name]: read } }));
}

/** A setting that is written as it is; `factory` once it is taken back. */
export function plain(setting: string, value: string | number, name: string, factory?: string): Reading {
  const reads = { [name]: String(value) };
  return { setting, value, reads, ...(factory !== undefined && { without: { [name]: factory } }) };
}
