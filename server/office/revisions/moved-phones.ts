import type { Device, LayerDocument } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { Presence } from "../../journal/presence.ts";
import { inSlices } from "../../lib/slices.ts";
import { createWitness } from "../bulk/witness.ts";
import { devicesBelow } from "../changes/restoring.ts";
import type { Desks } from "../desk/desk.ts";
import { overlaid } from "../desk/overlay.ts";

export interface MovedPhoneParts {
  readonly store: Store;
  readonly desks: Desks;
  readonly presence: Pick<Presence, "all">;
}

/**
 * Phones below a layer, without those of `canary`, that find their PBX as it leads them now, by the file that they have,
 * and would have to find it otherwise with this layer in its place.
 */
export async function movedPhones(
  parts: MovedPhoneParts,
  layer: StoredDocument<LayerDocument>,
  canary: ReadonlySet<Mac>,
): Promise<readonly Mac[]> {
  const { presence, store } = parts;
  const { organization } = layer;
  const seen = await presence.all(organization);
  const then = overlaid(createWitness(store), [layer]);
  const found: Mac[] = [];
  await inSlices(await devicesBelow(store, organization, [layer]), async (device) => {
    const { mac, state } = device.body;
    const { served } = seen.get(mac) ?? {};
    if (served?.reach === undefined || state !== "ready" || canary.has(mac)) return;
    if ((await reachIn(parts, store, device)) !== served.reach) return;
    if ((await reachIn(parts, then, device)) !== served.reach) found.push(mac);
  });
  return found;
}

/** Undefined for one that can't be worked out: it is in nobody's way. */
async function reachIn({ desks }: MovedPhoneParts, reader: StoreReader, device: StoredDocument<Device>) {
  try {
    return (await desks.read(reader, device)).reach;
  } catch (error) {
    if (error instanceof Failure && error.kind.http >= 500) throw error;
    return undefined;
  }
}
