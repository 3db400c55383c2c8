import { isDeepStrictEqual } from "node:util";
import type { Device } from "../domain/device.ts";
import type { Clock, Store, StoredDocument, StoreTransaction } from "../domain/ports.ts";
import { inSlices } from "../lib/slices.ts";
import type { Sealer } from "../security/sealer.ts";
import { createDifferences, type Differences, noDifference } from "./bulk-differences.ts";
import { type BulkReport, mostParameters, type PhoneReport, phoneErrors, reportOf } from "./bulk-report.ts";
import { createWitness, type Witness } from "./bulk-witness.ts";
import { type Proposal, type Trial, tryChange } from "./device-trial.ts";
import type { DeviceRules } from "./devices.ts";
import { audited, type Edit } from "./editing.ts";
import { refuseIf } from "./refusals.ts";
import type { Revisions } from "./revisions.ts";
import { openRaw, openSettings } from "./sealing.ts";

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

/** After so many checks that others' changes outran, the next one is made with the others waiting. */
const mostOutrun = 3;
/** From here on it is cheaper to read all lines of the organization at once. */
const manyDevices = 50;

/**
 * Changes many devices, all or none. The checks take long and hold nobody up; then one short transaction proves that
 * everything they read is still there, and writes. Fails with INVALID when a single device is refused.
 */
export async function runBulk(parts: BulkParts, edit: Edit, work: BulkWork): Promise<BulkReport> {
  for (let outrun = 0; ; outrun++) {
    const done =
      outrun < mostOutrun || work.dryRun === true
        ? await checkThenWrite(parts, edit, work)
        : await parts.store.transaction(async (transaction) => {
            const tried = await tryAll(parts, edit, work, createWitness(transaction));
            return { tried, written: await writeAll(parts, transaction, edit, work, tried) };
          });
    if (!done) continue;
    await parts.revisions.refresh(done.written);
    return reportOf(done.tried.map(({ report }) => report));
  }
}

interface Tried {
  readonly before: StoredDocument<Device>;
  readonly device: Device;
  readonly fields: readonly string[];
  readonly isEdited: boolean;
  readonly report: PhoneReport;
}

interface Done {
  readonly tried: readonly Tried[];
  readonly written: readonly StoredDocument<Device>[];
}

/** Undefined when something that was read had changed before it could be written. */
async function checkThenWrite(parts: BulkParts, edit: Edit, work: BulkWork): Promise<Done | undefined> {
  const witness = createWitness(parts.store);
  const tried = await tryAll(parts, edit, work, witness);
  if (work.dryRun) return { tried, written: [] };
  refuseIf(phoneErrors(tried.map(({ report }) => report)));
  return await parts.store.transaction(async (transaction) => {
    if (!(await witness.holdsIn(transaction))) return undefined;
    return { tried, written: await writeAll(parts, transaction, edit, work, tried) };
  });
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
    errors.length === 0 && !isDeepStrictEqual(opened(sealer, before), opened(sealer, { ...before, body: device }));
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

/** A device with its secrets in the clear: sealed ones differ each time that they are sealed. */
function opened(sealer: Sealer, { organization, kind, id, body }: StoredDocument<Device>): Device {
  const key = { organization, kind, id };
  return { ...body, settings: openSettings(sealer, key, body.settings), raw: openRaw(sealer, key, body.raw) };
}

async function writeAll(
  { clock }: BulkParts,
  transaction: StoreTransaction,
  edit: Edit,
  { action }: BulkWork,
  tried: readonly Tried[],
): Promise<StoredDocument<Device>[]> {
  const reports = tried.map(({ report }) => report);
  refuseIf(phoneErrors(reports));
  const written: StoredDocument<Device>[] = [];
  for (const { before, device, fields, isEdited } of tried) {
    if (!isEdited) continue;
    const { organization, kind, id, version } = before;
    written.push(await transaction.put<Device>({ organization, kind, id }, device, { expect: version }));
    audited(transaction, clock, edit, action, before, fields);
  }
  return written;
}
