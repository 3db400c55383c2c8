import type { Device } from "../domain/device.ts";
import type { Mac } from "../domain/mac.ts";
import type { Store, StoredDocument, StoreReader, StoreTransaction } from "../domain/ports.ts";
import { inSlices } from "../lib/slices.ts";
import type { Desks } from "./desk.ts";

/** `n` only grows; `digest` is over the parameter map and the layout of the files. */
export interface Revision {
  readonly n: number;
  readonly digest: string;
}

export interface Revisions {
  of(organization: string, mac: Mac): Promise<Revision | undefined>;
  /** The revision of a content that is being served; one ahead of the stored when that is not written yet. */
  numberOf(organization: string, mac: Mac, digest: string): Promise<number>;
  /** Compares the devices with their stored revisions and writes a new one exactly where the content changed. */
  refresh(devices: readonly StoredDocument<Device>[]): Promise<number>;
}

const kind = "revision";

export function createRevisions({ store, desks }: { store: Store; desks: Desks }): Revisions {
  const of = async (reader: StoreReader, organization: string, mac: Mac) =>
    (await reader.get<Revision>({ organization, kind, id: mac }))?.body;

  async function renew(device: StoredDocument<Device>): Promise<boolean> {
    const { organization, body } = device;
    const { digest } = await desks.read(store, device);
    const known = await of(store, organization, body.mac);
    return (
      known?.digest !== digest && (await store.transaction((transaction) => write(transaction, organization, body.mac)))
    );
  }

  /** Looks again inside the transaction: what was passed may be older than what another change made of it. */
  async function write(transaction: StoreTransaction, organization: string, mac: Mac): Promise<boolean> {
    const device = await transaction.get<Device>({ organization, kind: "device", id: mac });
    if (!device) return false;
    const { digest } = await desks.read(transaction, device);
    const now = await of(transaction, organization, mac);
    if (now?.digest === digest) return false;
    await transaction.put({ organization, kind, id: mac }, { n: (now?.n ?? 0) + 1, digest });
    return true;
  }

  return {
    of: (organization, mac) => of(store, organization, mac),
    async numberOf(organization, mac, digest) {
      const known = await of(store, organization, mac);
      return known?.digest === digest ? known.n : (known?.n ?? 0) + 1;
    },
    async refresh(devices) {
      let renewed = 0;
      await inSlices(devices, async (device) => {
        if (await renew(device)) renewed++;
      });
      return renewed;
    },
  };
}
