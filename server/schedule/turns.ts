import { asFailure } from "../domain/failures.ts";
import { renewMs } from "../domain/lease.ts";
import type { Clock } from "../domain/ports.ts";
import type { Job, Turn } from "./job.ts";
import type { LastTurn, ScheduleRecords, Slot } from "./records.ts";

/** The turns of jobs at this node. No job runs twice at a time. */
export interface Turns {
  isRunning(name: string): boolean;
  /** Resolves when the turn ended, whatever came of it; false when another has it. Rejects when the store can't be asked. */
  take(job: Job, slot: Slot): Promise<boolean>;
  /** The clock's: passed over when there is nothing to do. Never rejects. */
  tick(job: Job, at: number): Promise<void>;
  /** As soon as it can be, and once more when it runs already. */
  hurry(job: Job, isEnabled: () => Promise<boolean>): void;
  end(): Promise<void>;
}

const mostDetail = 300;

export interface TurnParts {
  readonly clock: Clock;
  readonly log: Record<"warn" | "error", (fields: object, message: string) => void>;
}

export function createTurns({ clock, log }: TurnParts, records: ScheduleRecords, signal: AbortSignal): Turns {
  const running = new Map<string, Promise<unknown>>();
  const again = new Map<string, () => void>();

  async function work(job: Job, slot: Slot): Promise<boolean> {
    if (!(await records.take(job.name, slot))) return false;
    const renewing = setInterval(() => void records.renew(job.name).catch(() => undefined), renewMs);
    renewing.unref();
    const started = clock();
    const { detail, outcome } = await outcomeOf(job, {
      slot: slot.at,
      asked: slot.actor !== undefined,
      signal,
    }).finally(() => clearInterval(renewing));
    const last: LastTurn = { at: new Date(started).toISOString(), outcome, detail, tookMs: clock() - started };
    await records.finish(job.name, last);
    return true;
  }

  async function outcomeOf(job: Job, turn: Turn): Promise<Pick<LastTurn, "outcome" | "detail">> {
    try {
      return { outcome: "done", detail: await job.run(turn) };
    } catch (error) {
      const { code } = asFailure(error);
      log.error({ event: "schedule-failed", schedule: job.name, code, err: error }, "a schedule failed");
      return { outcome: "failed", detail: error instanceof Error ? error.message.slice(0, mostDetail) : code };
    }
  }

  async function take(job: Job, slot: Slot): Promise<boolean> {
    if (signal.aborted || running.has(job.name)) return false;
    const turn = work(job, slot);
    running.set(job.name, turn);
    try {
      return await turn;
    } finally {
      running.delete(job.name);
      const more = again.get(job.name);
      again.delete(job.name);
      more?.();
    }
  }

  async function attempt(job: Job, slot: Slot, look: () => Promise<boolean>): Promise<void> {
    try {
      const isMeant = await look();
      if (isMeant) await take(job, slot);
    } catch (error) {
      // Its next turn tries again.
      log.warn({ err: error, schedule: job.name }, "the turn of a schedule could not be taken or written down");
    }
  }

  const turns: Turns = {
    isRunning: (name) => running.has(name),
    take,
    tick: (job, at) => attempt(job, { at, once: true }, async () => (await job.hasWork?.(at)) ?? true),
    hurry(job, isEnabled) {
      if (signal.aborted) return;
      if (running.has(job.name)) again.set(job.name, () => turns.hurry(job, isEnabled));
      else {
        const at = clock();
        void attempt(job, { at, once: false }, async () => (await isEnabled()) && ((await job.hasWork?.(at)) ?? true));
      }
    },
    async end() {
      await Promise.allSettled(running.values());
    },
  };
  return turns;
}
