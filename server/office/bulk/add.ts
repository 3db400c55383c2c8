import { monotonicFactory } from "ulid";
import type { Device } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import { type Mac, parseMac } from "../../domain/mac.ts";
import type { LeftOut } from "../../domain/mapping/scope.ts";
import type { StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { Strangers } from "../../journal/strangers.ts";
import { inSlices } from "../../lib/slices.ts";
import { badMac, blankDevice, type DeviceChange } from "../devices/devices.ts";
import { tryChange } from "../devices/trial.ts";
import { audited, causeOf, type Edit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { checkThenWrite } from "./rounds.ts";
import { type BulkParts, manyDevices } from "./run.ts";
import { createWitness, type Witness } from "./witness.ts";

/** As in adding one device; the MAC in any form that people write. */
export type GivenDevice = DeviceChange & { readonly mac: string };

export interface BulkAddition {
  readonly devices: readonly GivenDevice[];
  /** Lets raw names pass that the vocabulary does not know. */
  readonly force?: boolean;
  /** Only tells what would become of each. */
  readonly dryRun?: boolean;
}

/** What becomes of one given device. */
export interface AdditionReport {
  /** As it is stored, or as it was given where it is none. */
  readonly mac: string;
  /** Why it can't be added; pointers as in adding one device. */
  readonly errors: readonly FieldError[];
  /** What it inherits and its phone can't be told, the first 50. */
  readonly warnings: readonly LeftOut[];
}

export interface BulkAdd {
  /** In the order given. All of the devices are added or, with INVALID naming each that is refused, none. */
  add(edit: Edit, addition: BulkAddition): Promise<readonly AdditionReport[]>;
}

export interface BulkAddParts extends BulkParts {
  readonly strangers: Strangers;
}

const mostWarnings = 50;
const mostErrors = 500;

export function createBulkAdd(parts: BulkAddParts): BulkAdd {
  const { store, revisions, strangers } = parts;
  return {
    async add(edit, addition) {
      if (addition.dryRun) return reportsOf(await tryAll(parts, edit, addition, createWitness(store)));
      const { checked, written } = await checkThenWrite(store, {
        async check(witness) {
          const tried = await tryAll(parts, edit, addition, witness);
          refuseIf(deviceErrors(reportsOf(tried)));
          return tried;
        },
        write: (transaction, tried) => writeAll(parts, transaction, edit, tried),
      });
      await revisions.refresh(written, causeOf(edit, "device.bulk-add"));
      for (const { id } of written) strangers.forget(id as Mac);
      return reportsOf(checked);
    },
  };
}

interface Tried {
  /** Absent where it is refused. */
  readonly device?: Device;
  readonly fields: readonly string[];
  readonly report: AdditionReport;
}

function reportsOf(tried: readonly Tried[]): AdditionReport[] {
  return tried.map(({ report }) => report);
}

/** Every finding with the place of its device before it: `/devices/17/mac`; the first 500. */
function deviceErrors(reports: readonly AdditionReport[]): FieldError[] {
  return reports
    .flatMap(({ errors }, at) => errors.map((error) => ({ ...error, pointer: `/devices/${at}${error.pointer}` })))
    .slice(0, mostErrors);
}

async function tryAll(parts: BulkAddParts, edit: Edit, { devices, force }: BulkAddition, witness: Witness) {
  if (devices.length > manyDevices) await witness.load({ organization: edit.organization, kind: "line" });
  // One after the other, and much cheaper than a random number for each.
  const nextUlid = monotonicFactory();
  const places = new Map<Mac, number>();
  const tried: Tried[] = [];
  await inSlices(devices.entries(), async ([at, { mac: text, ...given }]) => {
    const mac = parseMac(text);
    const first = mac && places.get(mac);
    if (mac && first === undefined) places.set(mac, at);
    const change = force === true ? { ...given, force } : given;
    const body = mac && blankDevice(mac, change, nextUlid(parts.clock()));
    tried.push(body ? await tryOne(parts, edit, body, { change, first }, witness) : refused(text, [badMac()]));
  });
  return tried;
}

interface Given {
  readonly change: DeviceChange;
  /** The place of an earlier device with the same MAC. */
  readonly first: number | undefined;
}

async function tryOne(
  parts: BulkAddParts,
  { organization }: Edit,
  body: Device,
  { change, first }: Given,
  witness: Witness,
): Promise<Tried> {
  const { mac } = body;
  const before: StoredDocument<Device> = { organization, kind: "device", id: mac, version: 0, body };
  const { device, desk, errors } = await tryChange(parts, witness, before, { change });
  const all = [...(await macErrors(witness, mac, first)), ...errors];
  if (all.length > 0 || !desk) return refused(mac, all);
  const warnings = desk.leftOut.slice(0, mostWarnings);
  return { device, fields: Object.keys(change), report: { mac, errors: [], warnings } };
}

function refused(mac: string, errors: readonly FieldError[]): Tried {
  return { fields: [], report: { mac, errors, warnings: [] } };
}

async function macErrors(witness: Witness, mac: Mac, first: number | undefined): Promise<FieldError[]> {
  if (first !== undefined) return [finding("/mac", "doubled", `is that of /devices/${first} as well`)];
  const isTaken = (await witness.holder(`mac:${mac}`)) !== undefined;
  return isTaken ? [finding("/mac", "taken", "this device is there already")] : [];
}

async function writeAll(
  { clock }: BulkAddParts,
  transaction: StoreTransaction,
  edit: Edit,
  tried: readonly Tried[],
): Promise<StoredDocument<Device>[]> {
  const written: StoredDocument<Device>[] = [];
  for (const { device, fields } of tried) {
    if (!device) continue;
    const key = { organization: edit.organization, kind: "device", id: device.mac };
    written.push(await transaction.put(key, device, { unique: [`mac:${device.mac}`], expect: 0 }));
    audited(transaction, clock, edit, "device.bulk-add", key, fields);
  }
  return written;
}
