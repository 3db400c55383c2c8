import { type Grant, grantKind, isInForce } from "../../domain/grant.ts";
import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import type { EnrolmentWindow } from "../../domain/window.ts";
import type { Job } from "../job.ts";

const windowKind = "enrolment-window";
const keptMs = 30 * 24 * 3_600_000;
/** As many in one commit. */
const batchSize = 100;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
}

/** Windows and grants are told of for a month after they were over; the audit keeps who opened and gave them. */
export function expiredWindowsJob({ clock, store }: Parts): Job {
  return {
    name: "expired-windows",
    text: "Ends grants whose time is over; removes enrolment windows and grants that were over more than 30 days ago.",
    cron: "20 3 * * *",
    enabled: true,
    async run({ signal }) {
      const now = clock();
      const isOld = (over: string | undefined) => over !== undefined && Date.parse(over) < now - keptMs;
      const windows = await store.find<EnrolmentWindow>({ kind: windowKind });
      const grants = await store.find<Grant>({ kind: grantKind });
      const isOver = ({ body }: StoredDocument<Grant>) => body.endedAt === undefined && !isInForce(body, now);
      const oldWindows = windows.filter(({ body }) => isOld(body.closesAt));
      const oldGrants = grants.filter(({ body }) => isOld(body.endedAt));
      const removed = [await remove(store, oldWindows, signal), await remove(store, oldGrants, signal)];
      const ended = await inBatches(grants.filter(isOver), signal, (batch) => endGrants(store, batch, now));
      return `${removed[0]} windows and ${removed[1]} grants removed, ${ended} grants ended`;
    },
  };
}

async function remove(store: Store, old: readonly StoredDocument[], signal: AbortSignal): Promise<number> {
  return await inBatches(old, signal, async (batch) => {
    await store.transaction(async (transaction) => {
      for (const { organization, kind, id } of batch) await transaction.delete({ organization, kind, id });
    });
    return batch.length;
  });
}

/** Each once, also where another node ends them at the same time, or a person was quicker. Nobody was let in since. */
async function endGrants(store: Store, over: readonly StoredDocument<Grant>[], now: number): Promise<number> {
  return await store.transaction(async (transaction) => {
    let ended = 0;
    for (const { organization, kind, id } of over) {
      const key = { organization, kind, id };
      const grant = (await transaction.get<Grant>(key))?.body;
      if (!grant || grant.endedAt !== undefined) continue;
      const { expiresAt, name } = grant;
      await transaction.put<Grant>(key, { ...grant, endedAt: expiresAt, endedBy: "schedule" });
      const at = new Date(now).toISOString();
      transaction.audit({ at, ...key, actor: "schedule", action: "grant.expire", detail: { name, expiresAt } });
      ended++;
    }
    return ended;
  });
}

/** How many were done, as `work` says. */
async function inBatches<Item>(
  all: readonly Item[],
  signal: AbortSignal,
  work: (batch: readonly Item[]) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (let start = 0; start < all.length && !signal.aborted; start += batchSize)
    done += await work(all.slice(start, start + batchSize));
  return done;
}
