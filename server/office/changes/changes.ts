import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import { checkThenWrite } from "../bulk/rounds.ts";
import { manyDevices } from "../bulk/run.ts";
import type { Witness } from "../bulk/witness.ts";
import type { DeviceRules } from "../devices/devices.ts";
import { audited, causeOf, type Edit } from "../editing.ts";
import { finding } from "../refusals.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { snapshotKind } from "../revisions/snapshots.ts";
import { givePresenceBack, keepPresence } from "./former-presence.ts";
import { type ChangeImage, type ChangeRecord, changeKind, imageKey, markOf } from "./records.ts";
import { devicesBelow, type Restoration, refuseRestoring, restorationErrors, writeRestorations } from "./restoring.ts";

/** What people changed in the last minutes, and the way back. */
export interface Changes {
  /** Newest first. */
  list(organization: string, limit: number): Promise<readonly ListedChange[]>;
  /**
   * Puts every document back as it was before the change. Fails with CONFLICT naming each document that was changed
   * since, that is needed by another now, or whose place is taken; nothing is changed then.
   */
  undo(edit: Edit, id: string): Promise<ListedChange>;
}

export interface ListedChange extends ChangeRecord {
  /** Why it can't be undone, or not any more; absent where it can. */
  readonly reason?: string;
}

export interface ChangesParts extends DeviceRules {
  /** One that remembers changes: an undo can be undone. */
  readonly store: Store;
  readonly revisions: Revisions;
  readonly presence: Pick<Presence, "of" | "forget" | "giveBack">;
  readonly clock: Clock;
}

export function createChanges(parts: ChangesParts): Changes {
  const { store, revisions, clock } = parts;
  const listed = (record: ChangeRecord): ListedChange => {
    const reason = whyNot(record, clock());
    return { ...record, ...(reason !== undefined && { reason }) };
  };
  return {
    async list(organization, limit) {
      const found = await store.find<ChangeRecord>({ organization, kind: changeKind });
      return found
        .slice(-limit)
        .reverse()
        .map(({ body }) => listed(body));
    },
    async undo(edit, id) {
      const key = { organization: edit.organization, kind: changeKind, id };
      const { checked, written } = await checkThenWrite(store, {
        check: (witness) => check(parts, witness, key),
        write: (transaction, all) => write(parts, transaction, edit, all),
      });
      const keys = checked.restorations.map((each) => each.key);
      try {
        await movePresence(parts, checked.restorations);
      } finally {
        // The undo is written, whatever became of that.
        const below = await devicesBelow(store, edit.organization, keys);
        await revisions.refresh(below, causeOf(edit, "change.undo", id));
      }
      return listed(written);
    },
  };
}

/** What was known of a phone goes with its device, and comes back with it. */
async function movePresence(parts: ChangesParts, restorations: readonly Restoration[]): Promise<void> {
  for (const { key, now, body } of restorations) {
    if (key.kind !== "device") continue;
    if (body === undefined) await parts.presence.forget(key.organization, key.id as Mac);
    else if (!now) await givePresenceBack(parts, key);
  }
}

function whyNot({ cannot, undone, until }: ChangeRecord, now: number): string | undefined {
  if (cannot !== undefined) return cannot;
  if (undone) return `it was undone at ${undone.at}`;
  return now >= Date.parse(until) ? `it could be undone until ${until}` : undefined;
}

interface Checked {
  readonly record: StoredDocument<ChangeRecord>;
  readonly restorations: readonly Restoration[];
  /** What is known of the phones of devices that would go. */
  readonly known: readonly { readonly device: StoredDocument<Device>; readonly facts: PresenceFacts }[];
}

async function check(parts: ChangesParts, witness: Witness, key: DocumentKey): Promise<Checked> {
  const record = await witness.get<ChangeRecord>(key);
  const image = await witness.get<ChangeImage>(imageKey(key));
  if (!record) throw new Failure("NOT_FOUND", `there is no change "${key.id}"; changes are kept for ten minutes`);
  const reason = whyNot(record.body, parts.clock());
  if (reason !== undefined || !image) throw new Failure("CONFLICT", reason ?? "what was before is not kept");
  const { organization } = key;
  const { documents } = image.body;
  for (const kind of ["device", "line"]) if (documents.length > manyDevices) await witness.load({ organization, kind });
  const restorations: Restoration[] = [];
  const errors = [];
  for (const { kind, id, before, after } of documents) {
    const now = await witness.get({ organization, kind, id });
    restorations.push({ key: { organization, kind, id }, now, body: before });
    if ((now && markOf(now.body)) === after) continue;
    errors.push(finding(`/${kind}/${id}`, "changed", `${kind} ${id} was changed since`));
  }
  refuseRestoring("it can't be undone", errors);
  refuseRestoring("it can't be undone", await restorationErrors(parts, witness, restorations));
  const going = restorations.flatMap(({ key: { kind }, now, body }) =>
    kind === "device" && now && body === undefined ? [now as StoredDocument<Device>] : [],
  );
  const known = going.map(async (device) => ({
    device,
    facts: await parts.presence.of(organization, device.body.mac),
  }));
  return { record, restorations, known: await Promise.all(known) };
}

async function write(
  { clock }: ChangesParts,
  transaction: StoreTransaction,
  edit: Edit,
  { known, record: { organization, kind, id, version, body }, restorations }: Checked,
): Promise<ChangeRecord> {
  await writeRestorations(transaction, restorations);
  for (const { device, facts } of known) await keepPresence(transaction, device, facts, clock);
  for (const { key } of restorations) {
    if (key.kind !== snapshotKind) audited(transaction, clock, edit, "change.undo", key);
  }
  const undone = { at: new Date(clock()).toISOString(), by: edit.actor };
  return (await transaction.put({ organization, kind, id }, { ...body, undone }, { expect: version })).body;
}
