import { monotonicFactory } from "ulid";
import type { DocumentKey, Store, StoreTransaction } from "../domain/ports.ts";
import type { Delivery, WebhookEvent } from "../domain/webhook.ts";
import { type Backlogs, deliveryKey } from "./backlog.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Something that web hooks may want to be told of. */
export interface News {
  readonly organization: string;
  readonly type: WebhookEvent;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The site of the phone that it is about. */
  readonly site?: string;
  /** The same news under the same name is written once. */
  readonly name?: string;
}

/** More that wait for one web hook push the oldest out. */
const mostWaiting = 10_000;
const dropsKind = "delivery-drops";

interface Drops {
  readonly dropped: number;
}

/** How many deliveries to a web hook were pushed out by newer ones. */
export async function droppedOf(stores: readonly Store[], organization: string, id: string): Promise<number> {
  const key = { organization, kind: dropsKind, id };
  const found = await Promise.all(stores.map((store) => store.get<Drops>(key)));
  return found.reduce((sum, drops) => sum + (drops?.body.dropped ?? 0), 0);
}

export interface QueueParts {
  readonly hooks: Subscriptions;
  readonly backlogs: Pick<Backlogs, "of">;
  /** The store whose transactions write. */
  readonly store: Store;
  readonly most?: number;
}

/** Writes one delivery for each hook that wants the news, with the change that they belong to. */
export type QueueNews = (transaction: StoreTransaction, news: News) => Promise<void>;

export function createQueue({ backlogs, hooks, most = mostWaiting, store }: QueueParts): QueueNews {
  // One after the other also within a millisecond: what happened first is told first.
  const nextId = monotonicFactory();
  /** What a transaction wrote and pushed out so far, which the backlog learns of when it is committed. */
  const tallies = new WeakMap<StoreTransaction, Map<string, { written: number; pushedOut: number }>>();

  function tallyOf(transaction: StoreTransaction, hook: string) {
    const its = tallies.get(transaction) ?? new Map();
    tallies.set(transaction, its);
    const tally = its.get(hook) ?? { written: 0, pushedOut: 0 };
    its.set(hook, tally);
    return tally;
  }

  async function makeRoom(transaction: StoreTransaction, { organization, id }: DocumentKey): Promise<void> {
    const { waiting } = backlogs.of(organization, id);
    const tally = tallyOf(transaction, id);
    tally.written++;
    if (waiting.size + tally.written - tally.pushedOut <= most) return;
    const oldest = [...waiting.values()].filter((place) => place.store === store)[tally.pushedOut];
    if (!oldest) return;
    tally.pushedOut++;
    await transaction.delete(oldest.key);
    const key = { organization, kind: dropsKind, id };
    const { body } = (await transaction.get<Drops>(key)) ?? {};
    await transaction.put<Drops>(key, { dropped: (body?.dropped ?? 0) + 1 });
  }

  return async (transaction, { organization, type, at, data, site, name }) => {
    for (const hook of hooks.wanting(organization, type, site)) {
      const key = deliveryKey(organization, name === undefined ? nextId(at) : `${name}.${type}.${hook.id}`);
      if (name !== undefined && (await transaction.get(key))) continue;
      await makeRoom(transaction, hook);
      await transaction.put<Delivery>(key, { hook: hook.id, type, at, data, attempts: 0, nextAt: at });
    }
  };
}
