import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import type { Way } from "../../domain/reach.ts";
import { inSlices } from "../../lib/slices.ts";
import { markOf } from "../changes/records.ts";
import type { Desks } from "../desk/desk.ts";
import {
  keepSnapshot,
  linesOf,
  placesOf,
  readSnapshot,
  type Snapshot,
  type SnapshotPlaces,
  snapshotKey,
  versionsOf,
} from "./snapshots.ts";

/** What made a revision: a person's change, or Offhook itself (new templates, a load that became whole). */
export interface Cause {
  readonly by: string;
  /** As the audit names it: `site.change main`. */
  readonly why: string;
}

/** `n` only grows; `digest` is over the parameter map and the layout of the files. */
export interface Revision extends Partial<Cause>, SnapshotPlaces {
  readonly n: number;
  readonly digest: string;
  /** RFC 3339; absent where it was made before Offhook kept it. */
  readonly at?: string;
}

/** As stored: the last one, with those before it, newest first. */
interface StoredRevision extends Revision {
  /** Versions of the documents in the snapshot. */
  readonly versions?: string;
  /** The same for the same way to the PBX. */
  readonly wayMark?: string;
  readonly past?: readonly Revision[];
}

export interface Revisions {
  of(organization: string, mac: Mac): Promise<Revision | undefined>;
  /** Newest first, the desired one included; the last twenty. */
  history(organization: string, mac: Mac): Promise<readonly Revision[]>;
  /** The device and its lines as they were for a revision; undefined when that is not kept any more. */
  snapshot(organization: string, mac: Mac, n: number): Promise<Snapshot | undefined>;
  /** The revision of a content that is being served; one ahead of the stored when that is not written yet. */
  numberOf(organization: string, mac: Mac, digest: string): Promise<number>;
  /** Compares the devices with their stored revisions and writes a new one exactly where the content changed. */
  refresh(devices: readonly StoredDocument<Device>[], cause: Cause): Promise<number>;
}

const kind = "revision";

export interface RevisionParts {
  readonly store: Store;
  readonly desks: Desks;
  readonly clock: Clock;
  readonly log: { error(fields: object, message: string): void };
}

/** As many devices in one commit: few enough not to be in the way of others' changes. */
const batchSize = 100;
const mostPast = 19;

export function createRevisions({ store, desks, clock, log }: RevisionParts): Revisions {
  const read = async (reader: StoreReader, organization: string, mac: Mac) =>
    (await reader.get<StoredRevision>({ organization, kind, id: mac }))?.body;

  /** The batch at once; when that fails, one by one, so that a device that can't be resolved takes nothing from others. */
  async function renew(batch: readonly StoredDocument<Device>[], cause: Cause): Promise<number> {
    try {
      return await store.transaction((transaction) => renewIn(remembering(transaction), transaction, batch, cause));
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length > 0) {
        let renewed = 0;
        for (const device of batch) renewed += await renew([device], cause);
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
    cause: Cause,
  ): Promise<number> {
    let renewed = 0;
    for (const { organization, id } of batch) {
      const device = await transaction.get<Device>({ organization, kind: "device", id });
      if (!device) continue;
      const outline = await desks.outline(reader, device);
      const { digest } = outline;
      const now = await read(transaction, organization, device.body.mac);
      if (now?.digest === digest) continue;
      const made = { digest, at: new Date(clock()).toISOString(), ...cause };
      await append(reader, transaction, device, now, made, outline.way());
      renewed++;
    }
    return renewed;
  }

  return {
    of: async (organization, mac) => plain(await read(store, organization, mac)),
    async history(organization, mac) {
      const found = await read(store, organization, mac);
      const last = plain(found);
      return last ? [last, ...(found?.past ?? [])] : [];
    },
    async snapshot(organization, mac, n) {
      const found = await read(store, organization, mac);
      const revision = [found, ...(found?.past ?? [])].find((each) => each?.n === n);
      return revision && (await readSnapshot(store, organization, mac, revision));
    },
    async numberOf(organization, mac, digest) {
      const known = await read(store, organization, mac);
      return known?.digest === digest ? known.n : (known?.n ?? 0) + 1;
    },
    async refresh(devices, cause) {
      let renewed = 0;
      await inSlices(batches(devices), async (batch) => {
        renewed += await renew(batch, cause);
      });
      return renewed;
    },
  };
}

/** One more revision; what it was made of is kept anew only where that changed since the one before. */
async function append(
  reader: StoreReader,
  transaction: StoreTransaction,
  device: StoredDocument<Device>,
  before: StoredRevision | undefined,
  made: Omit<Revision, "n">,
  way: Way,
): Promise<void> {
  const { organization, id } = device;
  const n = (before?.n ?? 0) + 1;
  const lines = await linesOf(reader, device);
  const versions = versionsOf(device, lines);
  const wayMark = markOf(way);
  const places = {
    snapshot: before?.versions === versions ? (before.snapshot ?? n) : n,
    way: before?.wayMark === wayMark ? (before.way ?? n) : n,
  };
  if (placesOf([places]).has(n)) await keepSnapshot(transaction, device, lines, way, n);
  const former = [...(before ? [plain(before) as Revision] : []), ...(before?.past ?? [])];
  const past = former.slice(0, mostPast);
  const used = placesOf([places, ...past]);
  for (const old of placesOf(former.slice(mostPast)))
    if (!used.has(old)) await transaction.delete(snapshotKey(organization, id, old));
  const stored = { n, ...made, ...places, versions, wayMark, past };
  await transaction.put<StoredRevision>({ organization, kind, id }, stored);
}

function plain(stored: StoredRevision | undefined): Revision | undefined {
  if (!stored) return undefined;
  const { past: _past, versions: _versions, wayMark: _wayMark, ...revision } = stored;
  return revision;
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
