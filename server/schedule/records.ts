import { isHeldByAnother, type Lease, leaseFrom } from "../domain/lease.ts";
import type { AuditEntry, Clock, DocumentKey, Store } from "../domain/ports.ts";

/** What became of the last turn; `at` is RFC 3339. */
export interface LastTurn {
  readonly at: string;
  readonly outcome: "done" | "failed";
  /** For people. */
  readonly detail: string;
  readonly tookMs: number;
}

/** What people said about a schedule; what they did not say is the job's own. */
export interface Switches {
  readonly enabled?: boolean;
  readonly cron?: string;
  readonly zone?: string;
}

export interface StoredSchedule extends Switches {
  readonly lease?: Lease;
  /** The time that the last turn was meant for, milliseconds since the epoch. */
  readonly slot?: number;
  readonly last?: LastTurn;
}

export const scheduleKind = "schedule";

/** Of the whole installation, like the jobs themselves. */
export function scheduleKey(name: string): DocumentKey {
  return { organization: "default", kind: scheduleKind, id: name };
}

export interface Slot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whoever asked for it; absent when the clock did. */
  readonly actor?: string;
  /** The clock gives each slot to one node. */
  readonly once: boolean;
}

export interface ScheduleRecords {
  of(name: string): Promise<StoredSchedule>;
  /**
   * Takes the turn when nobody has it; over all nodes a slot of the clock is taken once. False when it is another's.
   */
  take(name: string, slot: Slot): Promise<boolean>;
  change(name: string, make: (before: StoredSchedule) => StoredSchedule, entry: AuditEntry): Promise<void>;
  renew(name: string): Promise<void>;
  finish(name: string, last: LastTurn): Promise<void>;
}

export interface RecordParts {
  readonly store: Store;
  readonly clock: Clock;
  /** This process among those that share the store. */
  readonly node: string;
}

export function createScheduleRecords({ store, clock, node }: RecordParts): ScheduleRecords {
  const of = async (name: string) => (await store.get<StoredSchedule>(scheduleKey(name)))?.body ?? {};

  async function change(
    name: string,
    make: (before: StoredSchedule) => StoredSchedule,
    entry?: AuditEntry,
  ): Promise<void> {
    const key = scheduleKey(name);
    await store.transaction(async (transaction) => {
      const before = (await transaction.get<StoredSchedule>(key))?.body ?? {};
      await transaction.put<StoredSchedule>(key, make(before));
      if (entry) transaction.audit(entry);
    });
  }

  return {
    of,
    change,
    async take(name, { actor, at, once }) {
      const key = scheduleKey(name);
      return await store.transaction(async (transaction) => {
        const before = (await transaction.get<StoredSchedule>(key))?.body ?? {};
        if (isHeldByAnother(before.lease, node, clock())) return false;
        if (once && before.slot !== undefined && at <= before.slot) return false;
        await transaction.put<StoredSchedule>(key, { ...before, slot: at, lease: leaseFrom(node, clock()) });
        if (actor !== undefined)
          transaction.audit({ at: new Date(at).toISOString(), ...key, actor, action: "schedule.run" });
        return true;
      });
    },
    renew: (name) => change(name, (before) => ({ ...before, lease: leaseFrom(node, clock()) })),
    finish: (name, last) => change(name, ({ lease: _ended, ...before }) => ({ ...before, last })),
  };
}
