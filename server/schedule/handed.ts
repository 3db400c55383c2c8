import type { DocumentKey, Store } from "../domain/ports.ts";
import type { WaitingDevice } from "./waiting.ts";

/** Which revision of a device was given to a campaign, when (milliseconds since the epoch), and whether that was refused. */
type Given = readonly [revision: number, at: number, became?: "refused"];

/** What kept a campaign from starting may be over by then: phones that were off, or too many campaigns. */
const refusedAgainMs = 10 * 60_000;

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
        const [given, at, became] = body?.devices[mac] ?? [0, 0];
        const after = became === "refused" ? Math.min(againMs, refusedAgainMs) : againMs;
        return given < revision || now - at >= after;
      });
    },
    /** `keeps` says of whom it still matters. */
    async note(
      organization: string,
      devices: readonly WaitingDevice[],
      { now, isRefused }: { readonly now: number; readonly isRefused: boolean },
      keeps: (mac: string) => boolean,
    ) {
      const key = handedKey(organization);
      await store.transaction(async (transaction) => {
        const before = (await transaction.get<StoredHanded>(key))?.body.devices ?? {};
        const kept = Object.entries(before).filter(([mac]) => keeps(mac));
        const added = devices.map(({ mac, revision }): [string, Given] => [
          mac,
          isRefused ? [revision, now, "refused"] : [revision, now],
        ]);
        await transaction.put<StoredHanded>(key, { devices: Object.fromEntries([...kept, ...added]) });
      });
    },
  };
}
