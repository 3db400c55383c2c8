import { isDeepStrictEqual } from "node:util";
import type { Device } from "../../domain/device.ts";
import type { Clock, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import { inSlices } from "../../lib/slices.ts";
import type { DeviceRules } from "../devices/devices.ts";
import { type Proposal, type Trial, tryChange } from "../devices/trial.ts";
import { audited, causeOf, type Edit } from "../editing.ts";
import { refuseIf } from "../refusals.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { openDevice } from "../sealing.ts";
import { createDifferences, type Differences, noDifference } from "./differences.ts";
import { type BulkReport, mostParameters, type PhoneReport, phoneErrors, reportOf } from "./report.ts";
import { checkThenWrite } from "./rounds.ts";
import { createWitness, type Witness } from "./witness.ts";

export interface BulkParts extends DeviceRules {
  readonly store: Store;
  readonly revisions: Revisions;
  readonly clock: Clock;
}

/** A change of many devices. */
export interface BulkWork {
  /** Says who did what in the audit of each device. */
  readonly action: string;
  readonly fit?: boolean;
  readonly dryRun?: boolean;
  /** The devices in the order of their MACs, and what is asked of each; asked anew when something changed meanwhile. */
  propose(reader: Witness): Promise<readonly Proposed[]>;
}

export interface Proposed {
  readonly device: StoredDocument<Device>;
  readonly proposal: Proposal;
}

/** From here on it is cheaper to read all lines of the organization at once. */
export const manyDevices = 50;

/** Changes many devices, all or none. Fails with INVALID when a single device is refused. */
export async function runBulk(parts: BulkParts, edit: Edit, work: BulkWork): Promise<BulkReport> {
  if (work.dryRun) return reportOf(reportsOf(await tryAll(parts, edit, work, createWitness(parts.store))));
  const { checked, written } = await checkThenWrite(parts.store, {
    async check(witness) {
      const tried = await tryAll(parts, edit, work, witness);
      refuseIf(phoneErrors(reportsOf(tried)));
      return tried;
    },
    write: (transaction, tried) => writeAll(parts, transaction, edit, work, tried),
  });
  await parts.revisions.refresh(written, causeOf(edit, work.action));
  return reportOf(reportsOf(checked));
}

interface Tried {
  readonly before: StoredDocument<Device>;
  readonly device: Device;
  readonly fields: readonly string[];
  readonly isEdited: boolean;
  readonly report: PhoneReport;
}

function reportsOf(tried: readonly Tried[]): PhoneReport[] {
  return tried.map(({ report }) => report);
}

async function tryAll(parts: BulkParts, { organization }: Edit, work: BulkWork, witness: Witness): Promise<Tried[]> {
  const proposed = await work.propose(witness);
  if (proposed.length > manyDevices) await witness.load({ organization, kind: "line" });
  const differences = createDifferences(parts);
  const tried: Tried[] = [];
  await inSlices(proposed, async ({ device, proposal }) => {
    const trial = await tryChange(parts, witness, device, proposal, work.fit);
    tried.push(await judge(parts, witness, differences, trial));
  });
  return tried;
}

/** What a trial comes to. The desk is not kept: those of thousands of phones together are large, and hold secrets. */
async function judge(
  { sealer }: BulkParts,
  reader: Witness,
  differences: Differences,
  { before, change, device, desk, errors, leftOut }: Trial,
): Promise<Tried> {
  const isEdited =
    errors.length === 0 &&
    !isDeepStrictEqual(openDevice(sealer, before), openDevice(sealer, { ...before, body: device }));
  const difference = isEdited && desk ? await differences.towards({ reader, device: before }, desk) : noDifference;
  const report: PhoneReport = {
    mac: before.body.mac,
    changes: isEdited,
    ...difference,
    parameters: difference.parameters.slice(0, mostParameters),
    errors,
    leftOut,
  };
  return { before, device, fields: Object.keys(change), isEdited, report };
}

async function writeAll(
  { clock }: BulkParts,
  transaction: StoreTransaction,
  edit: Edit,
  { action }: BulkWork,
  tried: readonly Tried[],
): Promise<StoredDocument<Device>[]> {
  const written: StoredDocument<Device>[] = [];
  for (const { before, device, fields, isEdited } of tried) {
    if (!isEdited) continue;
    const { organization, kind, id, version } = before;
    written.push(await transaction.put<Device>({ organization, kind, id }, device, { expect: version }));
    audited(transaction, clock, edit, action, before, fields);
  }
  return written;
}
