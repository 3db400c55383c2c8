import { Failure, type FieldError } from "../domain/failures.ts";
import { cronFault, isZone, nextTime, type Times } from "../lib/cron.ts";
import type { Job } from "./job.ts";
import type { LastTurn, StoredSchedule, Switches } from "./records.ts";

/** A schedule as people see it. Times are RFC 3339. */
export interface Schedule extends Required<Switches> {
  readonly name: string;
  readonly text: string;
  readonly running: boolean;
  readonly last?: LastTurn;
  /** Absent while it is switched off, and where none comes. */
  readonly next?: string;
}

/** null gives back what Offhook itself says. */
export type ScheduleChange = { readonly [Field in keyof Switches]: Switches[Field] | null };

export function viewOf(job: Job, stored: StoredSchedule, running: boolean): Schedule {
  const switches = switchesOf(job, stored);
  const next = switches.enabled ? nextTime(switches)?.toISOString() : undefined;
  const { name, text } = job;
  return { name, text, ...switches, running, ...(stored.last && { last: stored.last }), ...(next && { next }) };
}

/** What holds: what people said, else the job's own. */
export function switchesOf({ cron, enabled }: Job, stored: StoredSchedule): Required<Switches> {
  return { cron: stored.cron ?? cron, enabled: stored.enabled ?? enabled, zone: stored.zone ?? "UTC" };
}

/** Throws INVALID where cron or zone is changed and what then holds of both can't be read, or comes to no time. */
export function changeSwitches(job: Job, before: StoredSchedule, change: ScheduleChange): StoredSchedule {
  const after = mergeSwitches(before, change);
  if (change.cron !== undefined || change.zone !== undefined) refuseTimes(switchesOf(job, after), change);
  return after;
}

function mergeSwitches(before: StoredSchedule, change: ScheduleChange): StoredSchedule {
  const after: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(change)) {
    if (value === null) delete after[field];
    else after[field] = value;
  }
  return after;
}

/** The one that is said now is named. */
function refuseTimes(times: Times, { cron, zone }: ScheduleChange): void {
  const errors: FieldError[] = [];
  const fault = cronFault(times);
  if (fault !== undefined && cron !== undefined) errors.push({ pointer: "/cron", code: "cron", detail: fault });
  else if (fault !== undefined) errors.push({ pointer: "/zone", code: "cron", detail: `"${times.cron}" ${fault}` });
  if (typeof zone === "string" && !isZone(zone))
    errors.push({ pointer: "/zone", code: "time-zone", detail: `there is no time zone "${zone}"` });
  const [first] = errors;
  if (first) throw new Failure("INVALID", `${first.pointer.slice(1)}: ${first.detail}`, { errors });
}
