import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import { snapshotKind } from "../revisions/snapshots.ts";
import { undoMinutes } from "./records.ts";
import type { Restoration } from "./restoring.ts";

/** What was known of a removed device's phone, its pin with it. Only an undo reads it: such a pin opens nothing. */
export interface FormerPresence {
  readonly facts: PresenceFacts;
  /** Milliseconds since the epoch; the removal can't be undone any more then. */
  readonly until: number;
}

export const formerPresenceKind = "former-presence";

/** Kinds that go with a device, and are no change of their own. */
export const goAlong: ReadonlySet<string> = new Set([snapshotKind, formerPresenceKind]);

function formerPresenceKey(organization: string, mac: string): DocumentKey {
  return { organization, kind: formerPresenceKind, id: mac };
}

/** To be called where a device is removed, in the transaction that does it. */
export async function keepPresence(
  transaction: StoreTransaction,
  { organization, id, body: { born } }: StoredDocument<Device>,
  facts: PresenceFacts,
  clock: Clock,
): Promise<void> {
  if (facts.born !== born) return;
  const until = clock() + undoMinutes * 60_000;
  await transaction.put<FormerPresence>(formerPresenceKey(organization, id), { facts, until });
}

/** Gives devices that are back what was known of their phones, where it is of this very device and not of one added since. */
export async function givePresenceBack(
  presence: Pick<Presence, "forget" | "note" | "flush">,
  restorations: readonly Restoration[],
): Promise<void> {
  for (const { key, now, body } of restorations) {
    if (key.kind !== "device" || now || body === undefined) continue;
    const { organization, id } = key;
    const former = restorations.find((each) => each.key.kind === formerPresenceKind && each.key.id === id);
    const { facts } = (former?.now?.body ?? {}) as Partial<FormerPresence>;
    if (facts?.born !== (body as Device).born) continue;
    await presence.forget(organization, id as Mac);
    presence.note(organization, id as Mac, facts);
    await presence.flush();
  }
}
