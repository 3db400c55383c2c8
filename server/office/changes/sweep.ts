import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import type { Presence } from "../../journal/presence.ts";
import { dropPresence, type FormerPresence, formerPresenceKind, givePresenceBack } from "./former-presence.ts";
import { type ChangeRecord, changeKind, imageKey } from "./records.ts";

/** Takes away changes whose time is over, and the oldest of too many; ends what an undo broke off in. */
export interface ChangeSweep {
  /** Of a change that was just kept: looks around when it is time to. */
  kept(bytes: number): void;
  sweep(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface ChangeSweepParts {
  readonly store: Store;
  readonly presence: Pick<Presence, "giveBack">;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
}

const everyMs = 60_000;
/** Before so much has come, nobody looks sooner than after a minute. */
const soonChanges = 200;
const soonBytes = 16 * 1024 * 1024;
/** Of all organizations together. */
const mostChanges = 1000;
const mostBytes = 64 * 1024 * 1024;
const batchSize = 100;

export function createChangeSweep({ store, presence, clock, log }: ChangeSweepParts): ChangeSweep {
  let looked = clock();
  let changes = 0;
  let bytes = 0;
  let working: Promise<void> = Promise.resolve();

  async function sweepNow(): Promise<void> {
    const all = await store.find<ChangeRecord>({ kind: changeKind });
    const now = clock();
    const newestFirst = [...all].sort((a, b) => (a.id < b.id ? 1 : -1));
    let held = 0;
    const over = newestFirst.filter(({ body }, at) => {
      held += body.bytes;
      return at >= mostChanges || held > mostBytes || now >= Date.parse(body.until);
    });
    for (let at = 0; at < over.length; at += batchSize) await remove(over.slice(at, at + batchSize));
    const former = await store.find<FormerPresence>({ kind: formerPresenceKind });
    for (const each of former) {
      await givePresenceBack({ store, presence }, each);
      if (now >= each.body.until) await dropPresence(store, each);
    }
  }

  const remove = (batch: readonly StoredDocument[]) =>
    store.transaction(async (transaction) => {
      for (const { organization, kind, id } of batch) {
        if (kind === changeKind) await transaction.delete(imageKey({ organization, id }));
        await transaction.delete({ organization, kind, id });
      }
    });

  function sweep(): Promise<void> {
    [looked, changes, bytes] = [clock(), 0, 0];
    working = working
      .then(sweepNow)
      .catch((error: unknown) => log.warn({ err: error }, "changes that are over could not be removed yet"));
    return working;
  }

  return {
    kept(more) {
      changes++;
      bytes += more;
      if (clock() - looked >= everyMs || changes >= soonChanges || bytes >= soonBytes) void sweep();
    },
    sweep,
    close: () => working,
  };
}
