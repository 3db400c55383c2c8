import { isDeepStrictEqual } from "node:util";
import type { Device, Line } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { createWitness } from "../bulk/witness.ts";
import { differencesIn, differingNames, type ParameterDifference } from "../changes/parameter-differences.ts";
import {
  asLaid,
  devicesBelow,
  type Restoration,
  refuseRestoring,
  restorationErrors,
  writeRestorations,
} from "../changes/restoring.ts";
import { overlaid } from "../desk/overlay.ts";
import { type DeviceRules, mergeDevice } from "../devices/devices.ts";
import { audited, causeOf, type Edit, readForEdit } from "../editing.ts";
import { finding } from "../refusals.ts";
import { openDevice } from "../sealing.ts";
import { type KeptRevision, keptRevision } from "./differences.ts";
import type { Revision, Revisions } from "./revisions.ts";
import type { Snapshot } from "./snapshots.ts";

/** What a return to an earlier revision does, or would do. */
export interface Reversion {
  /** Documents that are other ones then. */
  readonly documents: readonly { readonly kind: string; readonly id: string }[];
  /** Between what the phone is told now and what it is told then. */
  readonly parameters: readonly ParameterDifference[];
  /** Whether the phone is told exactly what it was told at that revision. */
  readonly exact: boolean;
  /** Whether it finds its PBX as at that revision: without this, and with it. False where that was not kept. */
  readonly isFound: { readonly before: boolean; readonly after: boolean };
  /** Later revisions that neither the device nor its lines made, newest first: what those changed stays. */
  readonly since: readonly Revision[];
}

export interface RevisionReverts {
  /**
   * Puts a device and its lines back as they were; a line that is gone is made again, one that is
   * there keeps its secret. What a person decided of the phone
   * itself stays: disabled, retired, once ready. Fails with CONFLICT naming what can't be put back, and changes nothing.
   */
  revert(edit: Edit, mac: Mac, n: number, options: { readonly dryRun: boolean }): Promise<Reversion>;
}

export interface RevisionRevertParts extends DeviceRules {
  readonly store: Store;
  readonly revisions: Revisions;
  readonly clock: Clock;
}

const action = "device.revert";

export function createRevisionReverts(parts: RevisionRevertParts): RevisionReverts {
  const { store, revisions, clock } = parts;
  return {
    async revert(edit, mac, n, { dryRun }) {
      const { organization } = edit;
      const past = await keptRevision(parts, organization, mac, n);
      const later = (await revisions.history(organization, mac)).filter((each) => each.n > n);
      if (dryRun) return (await prepare(parts, createWitness(store), edit, mac, past, later)).reversion;
      const { reversion } = await store.transaction(async (transaction) => {
        const prepared = await prepare(parts, transaction, edit, mac, past, later);
        await writeRestorations(transaction, prepared.restorations);
        for (const { key } of prepared.restorations) audited(transaction, clock, edit, action, key);
        return prepared;
      });
      // Also where nothing had to be written: it may have broken between the writing and the revisions.
      const lines = past.snapshot.lines.map(({ id }) => ({ kind: "line", id }));
      const below = await devicesBelow(store, organization, [{ kind: "device", id: mac }, ...lines]);
      await revisions.refresh(below, causeOf(edit, action, String(n)));
      return reversion;
    },
  };
}

/** What has to be written, and what comes of it; writes nothing. */
async function prepare(
  parts: RevisionRevertParts,
  reader: StoreReader,
  edit: Edit,
  mac: Mac,
  { revision, snapshot }: KeptRevision,
  later: readonly Revision[],
) {
  const key = { organization: edit.organization, kind: "device", id: mac };
  const device = await readForEdit<Device>(reader, key, edit);
  const lines = await lineRestorations(reader, device, snapshot);
  const body = former(parts, device, snapshot.device);
  const restorations = [...lines, ...(isSame(parts, device, body) ? [] : [{ key, now: device, body }])];
  refuseRestoring("it can't be put back", await linesInUse(reader, device, snapshot, lines));
  refuseRestoring("it can't be put back", await restorationErrors(parts, reader, restorations));
  const { desks, catalogue } = parts;
  const now = await desks.read(overlaid(reader, []), device);
  const then = await desks.read(overlaid(reader, restorations.map(asLaid)), { ...device, body });
  const reversion: Reversion = {
    documents: restorations.map((each) => ({ kind: each.key.kind, id: each.key.id })),
    parameters: differencesIn(
      catalogue.family(then.family.id),
      differingNames(now, then),
      now.parameters,
      then.parameters,
    ),
    exact: then.digest === revision.digest,
    isFound: { before: now.reach === snapshot.way?.digest, after: then.reach === snapshot.way?.digest },
    since: later.filter(({ n, snapshot: of }) => of !== n),
  };
  return { restorations, reversion };
}

function former(
  parts: DeviceRules,
  { organization, kind, id, body: now }: StoredDocument<Device>,
  then: Device,
): Device {
  const kept = { born: now.born, state: now.state, wasReady: now.wasReady || then.wasReady };
  return mergeDevice(parts, { organization, kind, id }, { ...then, ...kept }, {});
}

function isSame({ sealer }: DeviceRules, device: StoredDocument<Device>, body: Device): boolean {
  return isDeepStrictEqual(openDevice(sealer, device), openDevice(sealer, { ...device, body }));
}

async function lineRestorations(
  reader: StoreReader,
  { organization }: StoredDocument<Device>,
  { lines }: Snapshot,
): Promise<Restoration[]> {
  const found: Restoration[] = [];
  for (const line of lines) {
    const key = { organization, kind: "line", id: line.id };
    const now = await reader.get<Line>(key);
    // The present secret stays: the PBX has that one, and a phone with the former would not register.
    const body = now ? { ...line, secret: now.body.secret } : line;
    if (!isDeepStrictEqual(now?.body, body)) found.push({ key, now, body });
  }
  return found;
}

/** Lines that other phones have now: these would be changed with them, or share what they do not share. */
async function linesInUse(
  reader: StoreReader,
  { organization, id: mac, body }: StoredDocument<Device>,
  { lines }: Snapshot,
  changed: readonly Restoration[],
): Promise<FieldError[]> {
  const devices = await reader.find<Device>({ organization, kind: "device" });
  return lines.flatMap(({ id }) => {
    const isTouched = !body.lines.includes(id) || changed.some(({ key }) => key.id === id);
    const other = isTouched && devices.find((each) => each.id !== mac && each.body.lines.includes(id));
    return other ? [finding(`/line/${id}`, "in-use", `device ${other.id} has line ${id} now`)] : [];
  });
}
