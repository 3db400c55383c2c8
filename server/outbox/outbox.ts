import { ulid } from "ulid";
import { Failure } from "../domain/failures.ts";
import type { Store, StoredDocument } from "../domain/ports.ts";
import type { Delivery, DeliveryAttempt } from "../domain/webhook.ts";
import type { Backlogs, Waiting } from "./backlog.ts";
import { attempt, conclude, type DeliveringParts, noteEnded } from "./delivering.ts";
import { droppedOf, type News, type QueueNews } from "./entries.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** What is told to web hooks, kept in the stores until it was taken or given up. */
export interface Outbox {
  /** Resolves when it is on the disk. For what belongs to no change; `tellingStore` writes the rest. */
  tell(news: readonly News[]): Promise<void>;
  hasWork(): boolean;
  /** Sends what is due until nothing is; how many were taken, and how many were not. */
  deliver(signal: AbortSignal): Promise<Delivered>;
  /** Sends an event `test` at once, once. Fails with NOT_FOUND. */
  test(organization: string, hook: string): Promise<DeliveryAttempt>;
  counts(organization: string, hook: string): Promise<{ readonly waiting: number; readonly dropped: number }>;
  /** Newest first: the last that ended, and the last of those that wait. */
  log(organization: string, hook: string): Promise<readonly StoredDocument<Delivery>[]>;
}

export interface Delivered {
  readonly taken: number;
  readonly failed: number;
}

export interface OutboxParts extends DeliveringParts {
  /** Of what people configure. */
  readonly store: Store;
  /** Of what is seen of phones. */
  readonly presence: Store;
  readonly hooks: Subscriptions;
  /** Of all stores that hold deliveries. */
  readonly backlogs: Backlogs;
  readonly queue: QueueNews;
}

/** One that does not answer has no more than these under way, and all together no more than those. */
const mostPerHook = 4;
const mostAtOnce = 32;
const mostLogged = 200;

export function createOutbox(parts: OutboxParts): Outbox {
  const { backlogs, clock, hooks, queue, store } = parts;
  return {
    async tell(news) {
      if (news.length === 0) return;
      await store.transaction(async (transaction) => {
        for (const each of news) await queue(transaction, each);
      });
    },
    hasWork: () => (backlogs.nextAt() ?? Number.POSITIVE_INFINITY) <= clock(),
    deliver: (signal) => deliverDue(parts, signal),
    async test(organization, id) {
      const hook = hooks.of(organization, id);
      if (!hook) throw new Failure("NOT_FOUND", `there is no web hook "${id}"`);
      const delivery: Delivery = { hook: id, type: "test", at: clock(), attempts: 1, data: { hook: id } };
      const name = ulid(delivery.at);
      const last = await attempt(parts, hook, name, delivery, new AbortController().signal);
      await noteEnded(store, organization, name, { ...delivery, last });
      return last;
    },
    async counts(organization, hook) {
      const { waiting } = backlogs.of(organization, hook);
      return { waiting: waiting.size, dropped: await droppedOf([store, parts.presence], organization, hook) };
    },
    async log(organization, hook) {
      const { ended, waiting } = backlogs.of(organization, hook);
      const places = [...[...ended.values()].slice(-mostLogged), ...[...waiting.values()].slice(-mostLogged)];
      const found = await Promise.all(places.map((place) => place.store.get<Delivery>(place.key)));
      return found.filter((each) => each !== undefined).toSorted((one, other) => other.body.at - one.body.at);
    },
  };
}

/** Works off what is due, also what comes meanwhile. Rejects when the stores do not answer, or when Offhook ends. */
async function deliverDue(parts: OutboxParts, signal: AbortSignal): Promise<Delivered> {
  const underWay = new Map<string, { readonly hook: string; readonly work: Promise<void> }>();
  const delivered = { taken: 0, failed: 0 };
  let trouble: { readonly error: unknown } | undefined;
  const start = ([hook, id, place]: Due) => {
    const work = deliverOne(parts, id, place, signal)
      .then(
        (isTaken) => void (isTaken ? delivered.taken++ : delivered.failed++),
        (error: unknown) => {
          trouble ??= { error };
        },
      )
      .finally(() => underWay.delete(id));
    underWay.set(id, { hook, work });
  };
  for (;;) {
    if (!trouble && !signal.aborted) for (const due of nextOnes(parts, underWay)) start(due);
    if (underWay.size === 0) break;
    await Promise.race([...underWay.values()].map(({ work }) => work));
  }
  if (trouble) throw trouble.error;
  return delivered;
}

type Due = readonly [hook: string, id: string, place: Waiting];

/** What is due and may begin now, a web hook's oldest first. */
function nextOnes({ backlogs, clock }: OutboxParts, underWay: ReadonlyMap<string, { readonly hook: string }>): Due[] {
  const found: Due[] = [];
  const now = clock();
  for (const [hook, { waiting }] of backlogs.all()) {
    let free = mostPerHook - [...underWay.values()].filter((each) => each.hook === hook).length;
    for (const [id, place] of waiting) {
      if (free <= 0 || underWay.size + found.length >= mostAtOnce) break;
      if (place.nextAt > now || underWay.has(id)) continue;
      found.push([hook, id, place]);
      free--;
    }
  }
  return found;
}

/** True when it was taken. */
async function deliverOne(parts: OutboxParts, id: string, place: Waiting, signal: AbortSignal): Promise<boolean> {
  const { backlogs, clock, hooks } = parts;
  const { key, store } = place;
  const stored = await store.get<Delivery>(key);
  const hook = stored && hooks.of(key.organization, stored.body.hook);
  if (!hook) {
    await store.transaction((transaction) => transaction.delete(key));
    backlogs.note(store, key);
    return false;
  }
  const { nextAt = Number.POSITIVE_INFINITY } = stored.body;
  if (nextAt > clock()) {
    backlogs.note(store, stored);
    return false;
  }
  const last = hook.body.enabled
    ? await attempt(parts, hook, id, stored.body, signal)
    : { at: clock(), error: "the web hook is switched off", tookMs: 0 };
  const { ended } = backlogs.of(key.organization, hook.id);
  backlogs.note(store, (await conclude(clock, place, last, ended)) ?? key);
  return last.status !== undefined && last.status >= 200 && last.status < 300;
}
