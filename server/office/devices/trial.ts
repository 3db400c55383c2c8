import { escapePointer } from "../../domain/check.ts";
import type { Device } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { Desk } from "../desk/desk.ts";
import { type DeviceChange, type DeviceRules, documentErrors, mergeDevice, toCheck } from "./devices.ts";
import { leftOutErrors } from "./rules.ts";

/** What is asked of one device among many. */
export interface Proposal {
  readonly change: DeviceChange;
  /** Which of the keys that were given each key of the change is; the same ones when absent. */
  readonly origins?: readonly number[];
  /** What this phone can't have, known before anything is tried; pointers as in what was given. */
  readonly impossible?: readonly FieldError[];
}

/** What a change would make of a device; nothing is written. */
export interface Trial {
  readonly before: StoredDocument<Device>;
  readonly change: DeviceChange;
  readonly device: Device;
  /** What its phone would be told. Holds secrets; absent where the change is refused. */
  readonly desk?: Desk;
  /** Why it is refused; pointers as in a PATCH of the device, keys as they were given. */
  readonly errors: readonly FieldError[];
  /** What was taken out of the change to make it fit. */
  readonly leftOut: readonly FieldError[];
}

/** Leaving a module out takes the keys on it along, and so on; nothing takes more rounds. */
const mostRounds = 6;

/**
 * Tries a change on a device. With `fit`, settings, raw values, modules and keys that this phone can't have are left out
 * instead of refused. `reader` must not be the store itself: desks of devices that are not stored would be kept.
 */
export async function tryChange(
  rules: DeviceRules,
  reader: StoreReader,
  before: StoredDocument<Device>,
  proposal: Proposal,
  fit = false,
): Promise<Trial> {
  const impossible = proposal.impossible ?? [];
  const leftOut: FieldError[] = fit ? [...impossible] : [];
  let { change, origins = change.keys?.map((_, at) => at) ?? [] } = proposal;
  for (let round = 1; ; round++) {
    const trial = await tryOnce(rules, reader, before, change);
    const errors = [...(fit ? [] : impossible), ...trial.errors.map((error) => asGiven(error, origins))];
    const fitting = fit && round < mostRounds ? without(change, origins, trial.errors) : undefined;
    if (!fitting) return { before, change, ...trial, errors, leftOut };
    leftOut.push(...errors);
    ({ change, origins } = fitting);
  }
}

async function tryOnce(rules: DeviceRules, reader: StoreReader, before: StoredDocument<Device>, change: DeviceChange) {
  const { organization, body } = before;
  const device = mergeDevice(rules, { organization, kind: before.kind, id: before.id }, body, change);
  const errors = await documentErrors(rules, reader, organization, device, toCheck(body, device, change));
  if (errors.length > 0) return { device, errors };
  const desk = await rules.desks.read(reader, { ...before, body: device });
  const beyond = leftOutErrors(desk.leftOut);
  return beyond.length > 0 ? { device, errors: beyond } : { device, desk, errors: beyond };
}

/** A finding about a key, at the place that the key had when it was given. */
function asGiven(error: FieldError, origins: readonly number[]): FieldError {
  const [, at, rest] = /^\/keys\/(\d+)(.*)$/.exec(error.pointer) ?? [];
  const origin = origins[Number(at)];
  return origin === undefined ? error : { ...error, pointer: `/keys/${origin}${rest}` };
}

interface Fitting {
  readonly change: DeviceChange;
  readonly origins: readonly number[];
}

/** The change without what the findings are about; undefined when there is nothing to mend, or it can't be mended so. */
function without(change: DeviceChange, origins: readonly number[], errors: readonly FieldError[]): Fitting | undefined {
  const pointers = errors.map(({ pointer }) => pointer);
  if (pointers.length === 0 || !pointers.every((pointer) => isGiven(change, pointer))) return undefined;
  const isKept = (pointer: string) => !pointers.some((each) => each === pointer || each.startsWith(`${pointer}/`));
  const { settings, raw, keys, modules, ...others } = change;
  return {
    change: {
      ...others,
      ...(settings && { settings: keptNames(settings, "/settings", isKept) }),
      ...(raw && { raw: keptNames(raw, "/raw", isKept) }),
      ...(keys && { keys: keys.filter((_, at) => isKept(`/keys/${at}`)) }),
      ...(modules && { modules: keptModules(modules, isKept) }),
    },
    origins: origins.filter((_, at) => isKept(`/keys/${at}`)),
  };
}

/** Whether a finding is about something that this very change brings, and that can be left out of it. */
function isGiven({ settings = {}, raw = {}, keys = [], modules = [] }: DeviceChange, pointer: string): boolean {
  const [, group, name = ""] = pointer.split("/");
  const plain = name.replaceAll("~1", "/").replaceAll("~0", "~");
  if (group === "settings") return (settings[plain] ?? null) !== null;
  if (group === "raw") return (raw[plain] ?? null) !== null;
  if (group === "keys") return name !== "" && keys[Number(name)] !== undefined;
  return group === "modules" && modules.length > 0;
}

function keptNames<Value>(
  map: Readonly<Record<string, Value>>,
  base: string,
  isKept: (pointer: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => isKept(`${base}/${escapePointer(name)}`)));
}

/** A finding about all of them is that they are too many. */
function keptModules(modules: readonly string[], isKept: (pointer: string) => boolean): readonly string[] {
  const kept = modules.filter((_, at) => isKept(`/modules/${at}`));
  return kept.length < modules.length ? kept : modules.slice(0, isKept("/modules") ? modules.length : -1);
}
