import { Failure, type FieldError } from "../domain/failures.ts";
import { cronFault, isZone, nextTime } from "../lib/cron.ts";
import type { Job } from "./job.ts";
import type { LastTurn, StoredSchedule, Switches } from "./records.ts";

/** A schedule as people see it. Times are RFC 3339. */
export interface Schedule extends Required<Switches> {
  readonly name: string;
  readonly text: string;
  readonly running: boolean;
  readonly last?: LastTurn;
  /** Absent while it is switched off. */
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

export function mergeSwitches(before: StoredSchedule, change: ScheduleChange): StoredSchedule {
  const after: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(change)) {
    if (value === null) delete after[field];
    else after[field] = value;
  }
  return after;
}

/** Throws INVALID where cron or zone can't be read. */
export function refuseUnreadable({ cron, zone }: ScheduleChange): void {
  const errors: FieldError[] = [];
  const fault = typeof cron === "string" ? cronFault({ cron, zone: zone ?? "UTC" }) : undefined;
  if (fault !== undefined) errors.push({ pointer: "/cron", code: "cron", detail: fault });
  if (typeof zone === "string" && !isZone(zone))
    errors.push({ pointer: "/zone", code: "time-zone", detail: `there is no time zone "${zone}"` });
  const [first] = errors;
  if (first) throw new Failure("INVALID", `${first.pointer.slice(1)}: ${first.detail}`, { errors });
}
