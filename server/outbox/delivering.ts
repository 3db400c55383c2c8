import type { Clock, Store, StoredDocument } from "../domain/ports.ts";
import type { Delivery, DeliveryAttempt, Webhook } from "../domain/webhook.ts";
import { type Backlog, deliveryKey, type Waiting } from "./backlog.ts";
import { type SendParts, sendLetter } from "./send.ts";

/** Waits after the first, second, … attempt that failed; later ones wait as long as the last. */
const waitsMs = [10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000];
/** A delivery is given up when its next attempt would be later than this after the event. */
const mostAgeMs = 24 * 3_600_000;
/** As many ended deliveries stay in the log of a web hook. */
const mostEnded = 200;
const gone = 410;

export interface DeliveringParts {
  readonly clock: Clock;
  readonly sending: SendParts;
  /** The secret of a web hook, in the clear. */
  secretOf(hook: StoredDocument<Webhook>): string;
}

/** Sends one delivery and tells what came of it; rejects only when Offhook ends meanwhile. */
export async function attempt(
  { clock, secretOf, sending }: DeliveringParts,
  hook: StoredDocument<Webhook>,
  id: string,
  { at, data, type }: Delivery,
  signal: AbortSignal,
): Promise<DeliveryAttempt> {
  const began = clock();
  const { organization } = hook;
  const body = JSON.stringify({ id, type, at: new Date(at).toISOString(), organization, data: data ?? {} });
  const letter = { url: hook.body.url, id, body, event: type, at: Math.floor(began / 1000), secret: secretOf(hook) };
  try {
    const status = await sendLetter(sending, letter, signal);
    return { at: began, status, tookMs: clock() - began };
  } catch (error) {
    if (signal.aborted) throw error;
    return { at: began, error: reasonOf(error), tookMs: clock() - began };
  }
}

/** Writes what came of it, and when it is tried again; the oldest of those that ended make room. */
export async function conclude(
  clock: Clock,
  { key, store }: Pick<Waiting, "key" | "store">,
  last: DeliveryAttempt,
  ended: Backlog["ended"],
): Promise<StoredDocument<Delivery> | undefined> {
  const surplus = [...ended.values()].slice(0, Math.max(0, ended.size + 1 - mostEnded));
  return await store.transaction(async (transaction) => {
    const delivery = (await transaction.get<Delivery>(key))?.body;
    if (!delivery) return undefined;
    for (const each of surplus) if (each.store === store) await transaction.delete(each.key);
    return await transaction.put<Delivery>(key, after(delivery, last, clock()));
  });
}

function after(delivery: Delivery, last: DeliveryAttempt, now: number): Delivery {
  const { data, nextAt: _over, ...rest } = delivery;
  const attempts = delivery.attempts + 1;
  const wait = waitsMs[attempts - 1] ?? waitsMs.at(-1) ?? 0;
  const isTaken = last.status !== undefined && last.status >= 200 && last.status < 300;
  const isOver = isTaken || last.status === gone || now + wait > delivery.at + mostAgeMs;
  return { ...rest, attempts, last, ...(!isOver && { nextAt: now + wait, ...(data && { data }) }) };
}

/** An attempt that nobody awaits in the log of the hook. */
export async function noteEnded(store: Store, organization: string, id: string, delivery: Delivery): Promise<void> {
  const { data: _told, ...rest } = delivery;
  await store.transaction(async (transaction) => {
    await transaction.put<Delivery>(deliveryKey(organization, id), rest);
  });
}

/** In words of ours where Node's say nothing; never more than a line. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name can't be resolved";
  return (message || code || "it could not be sent").slice(0, 200);
}
