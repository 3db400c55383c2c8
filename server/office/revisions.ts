import type { Device } from "../domain/device.ts";
import type { Mac } from "../domain/mac.ts";
import type { DocumentKey, Store, StoredDocument, StoreReader, StoreTransaction } from "../domain/ports.ts";
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

/** As many devices in one commit: few enough not to be in the way of others' changes. */
const batchSize = 100;

export function createRevisions({ store, desks, log }: RevisionParts): Revisions {
  const of = async (reader: StoreReader, organization: string, mac: Mac) =>
    (await reader.get<Revision>({ organization, kind, id: mac }))?.body;

  /** The batch at once; when that fails, one by one, so that a device that can't be resolved takes nothing from others. */
  async function renew(batch: readonly StoredDocument<Device>[]): Promise<number> {
    try {
      return await store.transaction((transaction) => renewIn(remembering(transaction), transaction, batch));
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length > 0) {
        let renewed = 0;
        for (const device of batch) renewed += await renew([device]);
        return renewed;
      }
      // The change that led here is committed already.
      log.error({ err: error, mac: only?.id }, "the revision of a device could not be made");
      return 0;
    }
  }

  async function renewIn(
    reader: StoreReader,
    transaction: StoreTransaction,
    batch: readonly StoredDocument<Device>[],
  ): Promise<number> {
    let renewed = 0;
    for (const { organization, id } of batch) {
      const device = await transaction.get<Device>({ organization, kind: "device", id });
      if (!device) continue;
      const digest = await desks.digest(reader, device);
      const now = await of(transaction, organization, device.body.mac);
      if (now?.digest === digest) continue;
      await transaction.put<Revision>({ organization, kind, id }, { n: (now?.n ?? 0) + 1, digest });
      renewed++;
    }
    return renewed;
  }

  return {
    of: (organization, mac) => of(store, organization, mac),
    async numberOf(organization, mac, digest) {
      const known = await of(store, organization, mac);
      return known?.digest === digest ? known.n : (known?.n ?? 0) + 1;
    },
    async refresh(devices) {
      let renewed = 0;
      await inSlices(batches(devices), async (batch) => {
        renewed += await renew(batch);
      });
      return renewed;
    },
  };
}

function* batches(devices: readonly StoredDocument<Device>[]) {
  for (let at = 0; at < devices.length; at += batchSize) yield devices.slice(at, at + batchSize);
}

/** Reads each document once: the devices of a batch share most of their layers. */
function remembering(transaction: StoreTransaction): StoreReader {
  const known = new Map<string, Promise<StoredDocument<unknown> | undefined>>();
  return {
    get<Body>(key: DocumentKey) {
      const name = `${key.organization}/${key.kind}/${key.id}`;
      const found = known.get(name) ?? transaction.get(key);
      known.set(name, found);
      return found as Promise<StoredDocument<Body> | undefined>;
    },
    holder: (name) => transaction.holder(name),
    find: (query) => transaction.find(query),
  };
}
