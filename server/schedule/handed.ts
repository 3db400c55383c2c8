import type { DocumentKey, Store } from "../domain/ports.ts";
import type { WaitingDevice } from "./waiting.ts";

/** Which revision of a device was given to a campaign, and when (milliseconds since the epoch). */
type Given = readonly [revision: number, at: number];

interface StoredHanded {
  readonly devices: Readonly<Record<string, Given>>;
}

const handedKind = "push-handed";

function handedKey(organization: string): DocumentKey {
  return { organization, kind: handedKind, id: "devices" };
}

/** What a campaign has been given already: over a restart, and over all nodes, nothing is given twice at once. */
export function createHanded(store: Store) {
  return {
    /** Those of one organization that were not given, or longer ago than `againMs`. */
    async without(organization: string, devices: readonly WaitingDevice[], now: number, againMs: number) {
      const { body } = (await store.get<StoredHanded>(handedKey(organization))) ?? {};
      return devices.filter(({ mac, revision }) => {
        const [given, at] = body?.devices[mac] ?? [0, 0];
        return given < revision || now - at >= againMs;
      });
    },
    /** `keeps` says of whom it still matters. */
    async note(organization: string, devices: readonly WaitingDevice[], now: number, keeps: (mac: string) => boolean) {
      const key = handedKey(organization);
      await store.transaction(async (transaction) => {
        const before = (await transaction.get<StoredHanded>(key))?.body.devices ?? {};
        const kept = Object.entries(before).filter(([mac]) => keeps(mac));
        const added = devices.map(({ mac, revision }): [string, Given] => [mac, [revision, now]]);
        await transaction.put<StoredHanded>(key, { devices: Object.fromEntries([...kept, ...added]) });
      });
    },
  };
}
