import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import { undoMinutes } from "./records.ts";

/**
 * What was known of a removed device's phone, its pin with it. Such a pin opens nothing: only when the device is back it
 * goes to where it was.
 */
export interface FormerPresence {
  readonly facts: PresenceFacts;
  /** Milliseconds since the epoch; the removal can't be undone any more then. */
  readonly until: number;
}

export const formerPresenceKind = "former-presence";

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

interface GiveBackParts {
  readonly store: Store;
  readonly presence: Pick<Presence, "giveBack">;
}

/**
 * Gives a device that is back what was known of its phone, where it is of this very device and not of one added since.
 * Presence has a store of its own: what breaks off in between is made good by doing it again, at each sweep.
 */
export async function givePresenceBack(
  { store, presence }: GiveBackParts,
  { organization, id }: Pick<DocumentKey, "organization" | "id">,
): Promise<void> {
  const key = formerPresenceKey(organization, id);
  const former = await store.get<FormerPresence>(key);
  const device = await store.get<Device>({ organization, kind: "device", id });
  if (!former || !device || former.body.facts.born !== device.body.born) return;
  await presence.giveBack(organization, id as Mac, former.body.facts);
  await dropPresence(store, former);
}

/** Unless the device was removed again since and left another. */
export async function dropPresence(store: Store, former: StoredDocument<FormerPresence>): Promise<void> {
  const key = formerPresenceKey(former.organization, former.id);
  await store.transaction(async (transaction) => {
    if ((await transaction.get(key))?.version === former.version) await transaction.delete(key);
  });
}
