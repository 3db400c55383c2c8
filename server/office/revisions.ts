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

export interface RevisionParts {
  readonly store: Store;
  readonly desks: Desks;
  readonly log: { error(fields: object, message: string): void };
}

export function createRevisions({ store, desks, log }: RevisionParts): Revisions {
  const of = async (reader: StoreReader, organization: string, mac: Mac) =>
    (await reader.get<Revision>({ organization, kind, id: mac }))?.body;

  async function renew(device: StoredDocument<Device>): Promise<boolean> {
    const { organization, body } = device;
    const { digest } = await desks.read(store, device);
    const known = await of(store, organization, body.mac);
    return known?.digest !== digest && (await store.transaction((transaction) => write(transaction, device, digest)));
  }

  /** Looks again inside the transaction when the device is not the one that the digest was made of. */
  async function write(transaction: StoreTransaction, seen: StoredDocument<Device>, made: string): Promise<boolean> {
    const { organization, id } = seen;
    const device = await transaction.get<Device>({ organization, kind: "device", id });
    if (!device) return false;
    const digest = device.version === seen.version ? made : (await desks.read(transaction, device)).digest;
    const now = await of(transaction, organization, device.body.mac);
    if (now?.digest === digest) return false;
    await transaction.put({ organization, kind, id }, { n: (now?.n ?? 0) + 1, digest });
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
      // One device that can't be resolved (its model is gone, say) takes nothing from the others, and the change that
      // led here is committed already.
      await inSlices(devices, async (device) => {
        try {
          if (await renew(device)) renewed++;
        } catch (error) {
          log.error({ err: error, mac: device.id }, "the revision of a device could not be made");
        }
      });
      return renewed;
    },
  };
}
