import { createTask, parse, type TaskFn, type TaskOptions, validate, validateDetailed } from "node-cron";

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
  const [outside] = validateDetailed(endsOf(cron)).errors;
  if (outside) return `names no time: ${outside.message.replaceAll(between, "-")}`;
  const [error] = validateDetailed(cron).errors;
  if (error) return `names no time: ${error.message}`;
  return isZone(zone) && nextTime(times) === undefined ? `names no time that ever comes in ${zone}` : undefined;
}

export function isCron(text: string): boolean {
  return hasFiveFields(text) && validate(endsOf(text)) && validate(text);
}

const between = ",1,";

/**
 * With the ends of its ranges only: node-cron makes a list of a range before it looks whether its ends are in the field,
 * and 0-999999999 is more than the memory holds. The one between them is in every field, and a day of every month.
 */
const endsOf = (cron: string) => cron.replaceAll("-", between).replaceAll(/\/\d+/g, "");

const fieldsOf = (cron: string) => cron.trim().split(/\s+/);
const hasFiveFields = (cron: string) => fieldsOf(cron).length === 5;

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // A newer Node takes an offset too.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/**
 * The next time by this computer's clock; undefined where none comes in a hundred years. node-cron tries each minute of each
 * hour of each day that fits: where clocks leave all of them out, as 02:00 to 02:59 of a day in March, that holds up
 * everything for a second. So it is asked of quarters, and the minutes are found in the one that comes.
 */
export function nextTime(times: Times): Date | undefined {
  try {
    const exact = timesOnly(times);
    const inQuarter = (after: number) => {
      for (let minute = after; minute === after || minute % quarter !== 0; minute++) {
        const time = new Date(minute * minuteMs);
        if (exact.match(time)) return time;
      }
      return undefined;
    };
    const begun = inQuarter(Math.floor(Date.now() / minuteMs) + 1);
    if (begun) return begun;
    const quarters = listsOf(times.cron, (minute) => minute - (minute % quarter));
    const [next] = timesOnly({ ...times, cron: quarters }).getNextRuns(1);
    return next && inQuarter(next.getTime() / minuteMs);
  } catch {
    return undefined;
  }
}

/** Each value once, as node-cron tries one again that a text names twice. With the seconds first. */
function listsOf(cron: string, minuteOf = (minute: number) => minute): string {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = parse(cron);
  const fields = [second, minute.map(minuteOf), hour, dayOfMonth, month, dayOfWeek];
  return fields.map((values) => [...new Set<number | string>(values)].join(",")).join(" ");
}

export function timesOnly(times: Times) {
  const task = taskOf(times, () => undefined);
  void task.destroy();
  return task;
}

/** It would write to the console; what matters is told by whoever runs a job. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

export function taskOf({ cron, zone }: Times, act: TaskFn, options: TaskOptions = {}) {
  return createTask(listsOf(cron), act, { ...options, timezone: zone, logger: silent });
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
