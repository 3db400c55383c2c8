import { Failure } from "../domain/failures.ts";
import type { Times } from "../lib/cron.ts";
import { createClocks } from "./clocks.ts";
import type { Job } from "./job.ts";
import { createScheduleRecords, type RecordParts, type StoredSchedule, scheduleKey, scheduleKind } from "./records.ts";
import { changeSwitches, type Schedule, type ScheduleChange, switchesOf, viewOf } from "./schedule-views.ts";
import { createTurns, type TurnParts } from "./turns.ts";

/** What Offhook does of itself, when, and with what outcome. */
export interface Schedules {
  list(): Promise<readonly Schedule[]>;
  /** Fails with NOT_FOUND. */
  of(name: string): Promise<Schedule>;
  /** Fails with INVALID where cron or zone can't be read, or come to no time together. */
  change(name: string, change: ScheduleChange, actor: string): Promise<Schedule>;
  /** Now, switched off or not; resolves when it ended, whatever came of it. Fails with CONFLICT while it runs. */
  run(name: string, actor: string): Promise<Schedule>;
  /** Something came up that its next turn would do: does it now, where it is switched on. */
  hurry(name: string): void;
  /** From now on the clock decides. */
  start(): void;
  /** Tells what runs to end, and waits for it. */
  close(): Promise<void>;
}

export interface ScheduleParts extends RecordParts, TurnParts {
  readonly jobs: readonly Job[];
}

export function createSchedules(parts: ScheduleParts): Schedules {
  const { clock, jobs, store } = parts;
  const records = createScheduleRecords(parts);
  const ending = new AbortController();
  const turns = createTurns(parts, records, ending.signal);
  const clocks = createClocks(turns.tick, (job, times) => tellNever(parts, job, times));
  let unwatch = () => {};

  function jobOf(name: string): Job {
    const job = jobs.find((each) => each.name === name);
    if (!job) throw new Failure("NOT_FOUND", `there is no schedule "${name}"`);
    return job;
  }

  const view = async (job: Job) => viewOf(job, await records.of(job.name), turns.isRunning(job.name));

  return {
    list: async () => await Promise.all(jobs.map(view)),
    of: async (name) => await view(jobOf(name)),
    async change(name, change, actor) {
      const job = jobOf(name);
      await records.change(name, (before) => changeSwitches(job, before, change), {
        at: new Date(clock()).toISOString(),
        ...scheduleKey(name),
        actor,
        action: "schedule.change",
        detail: { fields: Object.keys(change) },
      });
      return await view(job);
    },
    async run(name, actor) {
      const job = jobOf(name);
      if (!(await turns.take(job, { at: clock(), actor, once: false })))
        throw new Failure("CONFLICT", `${name} runs already`);
      return await view(job);
    },
    hurry(name) {
      const job = jobOf(name);
      turns.hurry(job, async () => switchesOf(job, await records.of(name)).enabled);
    },
    start() {
      unwatch = store.watch((changes) => {
        for (const { kind, id, body } of changes) {
          const job = kind === scheduleKind && jobs.find(({ name }) => name === id);
          if (job) clocks.set(job, switchesOf(job, (body ?? {}) as StoredSchedule));
        }
      });
      for (const job of jobs) {
        records
          .of(job.name)
          .then((stored) => clocks.set(job, switchesOf(job, stored)))
          .catch((error: unknown) => {
            parts.log.error({ err: error, schedule: job.name }, "a schedule could not be read, or its clock not set");
          });
      }
    },
    async close() {
      ending.abort();
      unwatch();
      clocks.stop();
      await turns.end();
    },
  };
}

function tellNever({ log }: ScheduleParts, job: Job, { cron, zone }: Times): void {
  log.warn(
    { event: "schedule-never", schedule: job.name, cron, zone },
    "no time of a schedule ever comes: it runs only when it is asked to",
  );
}
