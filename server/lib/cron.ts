import { createTask, type TaskFn, type TaskOptions, validate, validateDetailed } from "node-cron";

/** When something is done: five fields of cron, minute first, read in a time zone of the IANA database. */
export interface Times {
  readonly cron: string;
  readonly zone: string;
}

/** A task that only knows its times: it is in no list of node-cron's and never runs. */
export type KnownTimes = ReturnType<typeof timesOnly>;

/** Why nothing is ever done at these times, in words that follow the field's name. A zone that is none is no fault here. */
export function cronFault(times: Times): string | undefined {
  const { cron, zone } = times;
  if (!hasFiveFields(cron)) return 'is not five fields of cron, such as "30 2 * * 1-5"';
  const [error] = validateDetailed(cron).errors;
  if (error) return `names no time: ${error.message}`;
  return isZone(zone) && nextTime(times) === undefined ? `names no time that ever comes in ${zone}` : undefined;
}

export function isCron(text: string): boolean {
  return hasFiveFields(text) && validate(text);
}

const fieldsOf = (cron: string) => cron.trim().split(/\s+/);
const hasFiveFields = (cron: string) => fieldsOf(cron).length === 5;

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The next time by this computer's clock; undefined where none comes in a hundred years. */
export function nextTime(times: Times): Date | undefined {
  try {
    return timesOnly(times).getNextRuns(1)[0];
  } catch {
    return undefined;
  }
}

export function timesOnly(times: Times) {
  const task = taskOf(times, () => undefined);
  void task.destroy();
  return task;
}

/** It would write to the console; what matters is told by whoever runs a job. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

export function taskOf({ cron, zone }: Times, act: TaskFn, options: TaskOptions = {}) {
  return createTask(cron, act, { ...options, timezone: zone, logger: silent });
}

const minuteMs = 60_000;
/** Hours begin at a quarter of UTC's in every zone there is, summer or winter, so all minutes of one are of the same. */
const quarter = 15;

/**
 * Finds times that were. `after` and `to`: minutes since the epoch, the first not looked at and the last. Undefined where
 * none was between them. A week without any takes some ten milliseconds: of hours that are not meant four minutes are
 * looked at.
 */
export function createLookBack(times: Times): (after: number, to: number) => number | undefined {
  const exact = timesOnly(times);
  const hours = timesOnly({ ...times, cron: ["*", ...fieldsOf(times.cron).slice(1)].join(" ") });
  const isAt = (task: KnownTimes, minute: number) => task.match(new Date(minute * minuteMs));
  return (after, to) => {
    let minute = to;
    while (minute > after) {
      if (!isAt(hours, minute)) minute -= (minute % quarter) + 1;
      else if (isAt(exact, minute)) return minute;
      else minute -= 1;
    }
    return undefined;
  };
}
