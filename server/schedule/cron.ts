import { BoundedMap } from "../lib/bounded-map.ts";
import { isCron, isZone, type KnownTimes, nextTime, type Times, taskOf, timesOnly } from "../lib/cron.ts";

/** Asks of many times whether they are now; what was read of a text is kept. */
export function createCronCheck() {
  const known = new BoundedMap<string, KnownTimes | undefined>(1000);
  /** `minute`: milliseconds since the epoch, of a whole minute. False for a text that is no cron. */
  return (times: Times, minute: number): boolean => {
    const task = known.getOrMake(`${times.zone} ${times.cron}`, () =>
      isCron(times.cron) && isZone(times.zone) ? timesOnly(times) : undefined,
    );
    return task?.match(new Date(minute)) ?? false;
  };
}

export interface Ticker {
  stop(): void;
}

/** Calls `tick` with the time that it was meant for, until it is stopped. Undefined where no time ever comes. */
export function startTicker(times: Times, tick: (slot: Date) => Promise<void>): Ticker | undefined {
  // Asked before: node-cron throws where it finds none, after a search that holds up everything.
  if (nextTime(times) === undefined) return undefined;
  const task = taskOf(times, ({ date }) => tick(date), { noOverlap: true, unref: true });
  void task.start();
  return { stop: () => void task.destroy() };
}
