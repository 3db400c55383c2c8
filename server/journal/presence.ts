import type { Mac } from "../domain/mac.ts";
import type { Network } from "../domain/network.ts";
import type { DocumentKey, Store, StoreTransaction } from "../domain/ports.ts";
import { createAddressCount } from "./addresses.ts";

/** A completed delivery of a device's own file. */
export interface ServedFacts {
  readonly n: number;
  readonly digest: string;
  /** What it said of the way to the PBX (`domain/reach.ts`); absent where that was not kept yet. */
  readonly reach?: string;
  readonly at: string;
}

/** What changes at every boot of a device; kept apart from what people configure. Times are RFC 3339 UTC. */
export interface PresenceFacts {
  /** The device that these facts are about: a MAC that is added again begins anew. */
  readonly born?: string;
  readonly lastSeen?: string;
  readonly address?: string;
  readonly userAgent?: string;
  readonly firmware?: string;
  /** The revision of the last completed delivery of its own file. */
  readonly served?: ServedFacts;
  /** Digest of its own file that was sent to it last, perhaps not to its end: the last ACK of a transfer can be lost. */
  readonly begun?: string;
  /** The address block it is held to, from its delivery inside an enrolment window. */
  readonly pin?: { readonly block: Network; readonly address: string; readonly at: string; readonly window: string };
}

export interface Presence {
  of(organization: string, mac: Mac): Promise<PresenceFacts>;
  /** Remembered at once, written in a batch. `urgent` facts (a pin) are written without waiting for the batch's turn. */
  note(organization: string, mac: Mac, facts: PresenceFacts, urgent?: boolean): void;
  /** What was known of a device that is back, below all that was seen since; fails where that can't be written. */
  giveBack(organization: string, mac: Mac, facts: PresenceFacts): Promise<void>;
  all(organization: string): Promise<ReadonlyMap<Mac, PresenceFacts>>;
  /** How many devices, over all organizations, were last seen at each address; up to a few seconds old. */
  addresses(): Promise<ReadonlyMap<string, number>>;
  /** Called when a device has completed a fetch of its own file, at this node or another. Gives its end. */
  watchServed(listener: (organization: string, mac: Mac, served: ServedFacts) => void): () => void;
  forget(organization: string, mac: Mac): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface PresenceParts {
  readonly store: Store;
  readonly log: { warn(fields: object, message: string): void };
  readonly everyMs?: number;
}

interface Noted {
  readonly organization: string;
  readonly mac: Mac;
  facts: PresenceFacts;
}

const kind = "presence";
const batchSize = 500;

type ServedListener = (organization: string, mac: Mac, served: ServedFacts) => void;

export function createPresence({ store, log, everyMs = 2000 }: PresenceParts): Presence {
  const noted = new Map<string, Noted>();
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();
  const served = watchServed(store);
  const countAddresses = createAddressCount(store, kind, () => noted.values());

  const overlay = (key: string, below: PresenceFacts): PresenceFacts => joined(below, noted.get(key)?.facts ?? {});

  /** A batch that can't be written stays noted and is tried again at the next turn. */
  function flush(): Promise<void> {
    writing = writing.then(async () => {
      while (noted.size > 0) if (!(await writeBatch([...noted.values()].slice(0, batchSize)))) return;
    });
    return writing;
  }

  async function writeBatch(batch: readonly Noted[]): Promise<boolean> {
    const before = batch.map(({ facts }) => facts);
    try {
      await store.transaction((transaction) => merge(transaction, batch));
    } catch (error) {
      log.warn({ err: error, waiting: noted.size }, "what was seen of the phones could not be written yet");
      return false;
    }
    batch.forEach((entry, index) => {
      if (entry.facts === before[index]) noted.delete(keyOf(entry.organization, entry.mac));
    });
    return true;
  }

  return {
    async of(organization, mac) {
      const stored = await store.get<PresenceFacts>({ organization, kind, id: mac });
      return overlay(keyOf(organization, mac), stored?.body ?? {});
    },
    note(organization, mac, facts, urgent = false) {
      const key = keyOf(organization, mac);
      const entry = noted.get(key);
      if (entry) entry.facts = joined(entry.facts, facts);
      else noted.set(key, { organization, mac, facts });
      if (facts.served) served.tell(organization, mac, facts.served);
      if (urgent) void flush();
    },
    async giveBack(organization, mac, facts) {
      if (isAnother(facts, noted.get(keyOf(organization, mac))?.facts ?? {})) noted.delete(keyOf(organization, mac));
      await store.transaction((transaction) => putBelow(transaction, { organization, kind, id: mac }, facts));
    },
    addresses: countAddresses,
    watchServed: served.watch,
    async all(organization) {
      const stored = await store.find<PresenceFacts>({ organization, kind });
      const facts = new Map(stored.map(({ id, body }) => [id as Mac, body]));
      for (const entry of noted.values()) {
        if (entry.organization === organization) facts.set(entry.mac, joined(facts.get(entry.mac) ?? {}, entry.facts));
      }
      return facts;
    },
    async forget(organization, mac) {
      noted.delete(keyOf(organization, mac));
      await store.transaction((transaction) => transaction.delete({ organization, kind, id: mac }));
    },
    flush,
    async close() {
      served.close();
      clearInterval(timer);
      await flush();
    },
  };
}

async function merge(transaction: StoreTransaction, batch: readonly Noted[]): Promise<void> {
  for (const { organization, mac, facts } of batch) {
    const key = { organization, kind, id: mac };
    const known = await transaction.get<PresenceFacts>(key);
    await transaction.put(key, joined(known?.body ?? {}, facts));
  }
}

/** What is known already is newer, unless it is of another device. */
async function putBelow(transaction: StoreTransaction, key: DocumentKey, facts: PresenceFacts): Promise<void> {
  const known = (await transaction.get<PresenceFacts>(key))?.body ?? {};
  await transaction.put(key, isAnother(facts, known) ? facts : joined(facts, known));
}

/** Nothing is taken over from a device that had the MAC before, its pin least of all. */
function joined(before: PresenceFacts, facts: PresenceFacts): PresenceFacts {
  return isAnother(before, facts) ? facts : { ...before, ...facts };
}

function isAnother({ born: one }: PresenceFacts, { born: other }: PresenceFacts): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Deliveries of this node as they are noted, those of others as they reach the store. */
function watchServed(store: Store) {
  const listeners = new Set<ServedListener>();
  const tell: ServedListener = (...served) => {
    for (const listener of listeners) listener(...served);
  };
  const close = store.watch((changes) => {
    for (const { kind: of, organization, id, body } of changes) {
      const { served } = (of === kind && (body as PresenceFacts | undefined)) || {};
      if (served) tell(organization, id as Mac, served);
    }
  });
  return {
    tell,
    close,
    watch(listener: ServedListener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function keyOf(organization: string, mac: Mac): string {
  return `${organization}/${mac}`;
}
