import { createTask, validate } from "node-cron";
import { BoundedMap } from "../lib/bounded-map.ts";

/** When something is done: fields of cron, read in a time zone of the IANA database. */
export interface Times {
  readonly cron: string;
  readonly zone: string;
}

/** It would write to the console; what matters is told by whoever runs a job. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** Five fields, minute first. */
export function isCron(text: string): boolean {
  return text.trim().split(/\s+/).length === 5 && validate(text);
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A task that only knows its times: it is in no list of node-cron's and never runs. */
function timesOnly({ cron, zone }: Times) {
  const task = createTask(cron, () => undefined, { timezone: zone, logger: silent });
  void task.destroy();
  return task;
}

const next = (task: ReturnType<typeof timesOnly>) => task.getNextRuns(1)[0];

export function nextTime(times: Times): Date | undefined {
  return next(timesOnly(times));
}

/** Asks of many times whether they are now; what was read of a text is kept. */
export function createCronCheck() {
  const known = new BoundedMap<string, ReturnType<typeof timesOnly> | undefined>(1000);
  /** `minute`: milliseconds since the epoch, of a whole minute. False for a text that is no cron. */
  return (times: Times, minute: number): boolean => {
    const task = known.getOrMake(`${times.zone} ${times.cron}`, () =>
      isCron(times.cron) && isZone(times.zone) ? timesOnly(times) : undefined,
    );
    return task?.match(new Date(minute)) ?? false;
  };
}

export interface Ticker {
  next(): Date | undefined;
  stop(): void;
}

/** Calls `tick` with the time that it was meant for, until it is stopped. */
export function startTicker(times: Times, tick: (slot: Date) => Promise<void>): Ticker {
  const task = createTask(times.cron, ({ date }) => tick(date), {
    timezone: times.zone,
    logger: silent,
    noOverlap: true,
    unref: true,
  });
  void task.start();
  return { next: () => next(task), stop: () => void task.destroy() };
}
