import { ulid } from "ulid";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device, DeviceState, Key, RawMap } from "../../domain/device.ts";
import { Failure, type FieldError } from "../../domain/failures.ts";
import { type Mac, parseMac } from "../../domain/mac.ts";
import type { Clock, Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { SettingsCheck } from "../../domain/settings.ts";
import type { Presence } from "../../journal/presence.ts";
import type { Strangers } from "../../journal/strangers.ts";
import type { Sealer } from "../../security/sealer.ts";
import { keepPresence } from "../changes/former-presence.ts";
import type { Desks } from "../desk/desk.ts";
import { audited, causeOf, type Edit, mergeMap, nameTaken, readForEdit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { dropSnapshots } from "../revisions/snapshots.ts";
import { openRaw, sealRaw, sealSettings } from "../sealing.ts";
import { rawErrors } from "./raw-rules.ts";
import { caseErrors, leftOutErrors, lineWithoutKey, notCarried, unknownModel } from "./rules.ts";

/** What a caller may say of a device. Maps merge; null takes an optional value away. */
export interface DeviceChange {
  readonly model?: string;
  readonly site?: string;
  readonly serial?: string | null;
  readonly label?: string | null;
  readonly preset?: string | null;
  readonly lines?: readonly string[];
  readonly keys?: readonly Key[];
  readonly modules?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly raw?: Readonly<Record<string, string | null>>;
  readonly state?: DeviceState;
  /** Lets raw names pass that the vocabulary does not know. */
  readonly force?: boolean;
}

export interface Devices {
  /** Fails with INVALID naming the fields, or CONFLICT when the MAC is taken; nothing is changed then. */
  add(edit: Edit, mac: string, change: DeviceChange): Promise<StoredDocument<Device>>;
  change(edit: Edit, mac: Mac, change: DeviceChange): Promise<StoredDocument<Device>>;
  remove(edit: Edit, mac: Mac): Promise<void>;
}

export interface DeviceParts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly desks: Desks;
  readonly sealer: Sealer;
  readonly revisions: Revisions;
  readonly presence: Presence;
  readonly strangers: Strangers;
  readonly checkSettings: SettingsCheck;
  readonly clock: Clock;
}

/** What it takes to know what a change makes of a device, and what is wrong with that. */
export type DeviceRules = Pick<DeviceParts, "catalogue" | "desks" | "sealer" | "checkSettings">;

const kind = "device";

export function createDevices(parts: DeviceParts): Devices {
  const { store, revisions, strangers, presence, clock } = parts;

  async function write(edit: Edit, mac: Mac, change: DeviceChange, isNew: boolean): Promise<StoredDocument<Device>> {
    const key = { organization: edit.organization, kind, id: mac };
    const written = await store
      .transaction(async (transaction) => {
        const before = isNew
          ? blankDevice(mac, change, ulid(clock()))
          : (await readForEdit<Device>(transaction, key, edit)).body;
        const device = mergeDevice(parts, key, before, change);
        refuseIf(await documentErrors(parts, transaction, edit.organization, device, toCheck(before, device, change)));
        const expect = isNew ? { expect: 0 } : {};
        const stored = await transaction.put(key, device, { unique: [`mac:${mac}`], ...expect });
        refuseIf(leftOutErrors((await parts.desks.read(transaction, stored)).leftOut));
        audited(transaction, clock, edit, isNew ? "device.add" : "device.change", key, Object.keys(change));
        return stored;
      })
      .catch((error: unknown) => {
        throw taken(error, mac, isNew);
      });
    await revisions.refresh([written], causeOf(edit, isNew ? "device.add" : "device.change", mac));
    strangers.forget(mac);
    return written;
  }

  return {
    async add(edit, text, change) {
      const mac = parseMac(text);
      if (!mac) throw new Failure("INVALID", "mac: is not a MAC of twelve hex digits", { errors: [badMac()] });
      return await write(edit, mac, change, true);
    },
    change: (edit, mac, change) => write(edit, mac, change, false),
    async remove(edit, mac) {
      const key = { organization: edit.organization, kind, id: mac };
      const known = await presence.of(edit.organization, mac);
      await store.transaction(async (transaction) => {
        const device = await readForEdit<Device>(transaction, key, edit);
        await transaction.delete(key);
        await keepPresence(transaction, device, known, clock);
        await dropSnapshots(transaction, edit.organization, mac);
        audited(transaction, clock, edit, "device.remove", key);
      });
      await presence.forget(edit.organization, mac);
    },
  };
}

export function badMac(): FieldError {
  return finding("/mac", "mac", "is not a MAC of twelve hex digits, such as 00:17:21:82:05:42");
}

function taken(error: unknown, mac: Mac, isNew: boolean): unknown {
  if (isNew && error instanceof Failure && error.code === "STALE") {
    return new Failure("CONFLICT", `device ${mac} is there already`, {
      errors: [finding("/mac", "taken", "this device is there already")],
    });
  }
  return nameTaken(error, "/mac", `a device with the MAC ${mac} is there already`);
}

/** A device before anything is said of it but its model. */
export function blankDevice(mac: Mac, { model = "" }: DeviceChange, born: string): Device {
  return {
    mac,
    born,
    model,
    site: "main",
    lines: [],
    keys: [],
    modules: [],
    settings: {},
    raw: {},
    state: "staged",
    wasReady: false,
  };
}

type Mutable = { -readonly [Field in keyof Device]: Device[Field] };

/** The device as a change makes it, secrets sealed. */
export function mergeDevice(
  { catalogue, sealer }: DeviceRules,
  key: { organization: string; kind: string; id: string },
  before: Device,
  change: DeviceChange,
): Device {
  const { settings, raw, force, serial, label, preset, state, ...plain } = change;
  const device: Mutable = { ...before, ...plain };
  for (const [name, value] of Object.entries({ serial, label, preset })) {
    if (value === null) delete device[name as "serial" | "label" | "preset"];
    else if (value !== undefined) device[name as "serial" | "label" | "preset"] = value;
  }
  if (settings) device.settings = mergeMap(before.settings, sealSettings(sealer, key, settings));
  const plainRaw = openRaw(sealer, key, before.raw);
  device.raw = sealRaw(sealer, key, mergeMap(plainRaw, raw ?? {}), secretNames(catalogue, device.model)) as RawMap;
  device.state = nextState(device, state);
  device.wasReady = before.wasReady || device.state === "ready";
  return device;
}

/** Which raw names are secret on a model; none on a model that does not exist, which is refused a step later. */
function secretNames(catalogue: Catalogue, model: string): (name: string) => boolean {
  const family = catalogue.model(model)?.family;
  return family === undefined ? () => false : (name) => catalogue.family(family).vocabularyTable.isSecret(name);
}

/** What has to be checked: what was given, and all of the raw values when the device becomes another model. */
export function toCheck(before: Device, after: Device, change: DeviceChange): DeviceChange {
  return before.model === after.model ? change : { ...change, raw: { ...before.raw, ...change.raw } };
}

function stateErrors(asked: DeviceState | undefined, state: DeviceState): FieldError[] {
  if (asked === undefined || asked === state) return [];
  const why = asked === "ready" ? "it becomes ready when it has a line" : "it was ready, and stays so";
  return [finding("/state", "not-possible", `it can't be ${asked}: ${why}`)];
}

/** A device with a line is ready; one that was ready stays so without lines. Only people disable and retire. */
function nextState({ lines, state, wasReady }: Device, asked: DeviceState | undefined): DeviceState {
  if (asked === "disabled" || asked === "retired") return asked;
  if (asked === undefined && (state === "disabled" || state === "retired")) return state;
  return lines.length > 0 || wasReady ? "ready" : "staged";
}

/** Everything about a device that needs the catalogue or other documents. */
export async function documentErrors(
  { catalogue, checkSettings }: DeviceRules,
  reader: StoreReader,
  organization: string,
  device: Device,
  change: DeviceChange,
): Promise<FieldError[]> {
  const model = catalogue.model(device.model);
  if (!model) return [unknownModel(device.model, catalogue)];
  const family = catalogue.family(model.family);
  return [
    ...caseErrors(device, model),
    ...lineWithoutKey(device, model, family),
    ...checkSettings(change.settings ?? {}, "device", "/settings"),
    ...notCarried(device.settings, model, catalogue.plan(model.id)),
    ...rawErrors(change.raw ?? {}, catalogue, family.id, change.force === true),
    ...stateErrors(change.state, device.state),
    ...(await missing(reader, organization, device)),
  ];
}

async function missing(reader: StoreReader, organization: string, device: Device): Promise<FieldError[]> {
  const wanted = [
    { pointer: "/site", kind: "site", id: device.site },
    ...(device.preset === undefined ? [] : [{ pointer: "/preset", kind: "preset", id: device.preset }]),
    ...device.lines.map((id, index) => ({ pointer: `/lines/${index}`, kind: "line", id })),
    ...device.keys.flatMap(({ target }, index) =>
      target && "line" in target ? [{ pointer: `/keys/${index}/target/line`, kind: "line", id: target.line }] : [],
    ),
  ];
  const errors: FieldError[] = [];
  for (const { pointer, kind: of, id } of wanted) {
    if (!(await reader.get({ organization, kind: of, id })))
      errors.push(finding(pointer, "not-found", `there is no ${of} "${id}"`));
  }
  return errors;
}
