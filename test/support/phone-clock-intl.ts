import type { Clock } from "./phone-clock.ts";

/**
 * Zones whose rules the tz database has changed after 2025c (NEWS of 2026a to 2026f), with a zone of the same clock for
 * which an older Intl is right too.
 */
const changedIn2026: Readonly<Record<string, string>> = {
  "Africa/Casablanca": "Etc/GMT",
  "Africa/El_Aaiun": "Etc/GMT",
  "America/Edmonton": "Etc/GMT+6",
  "America/Inuvik": "Etc/GMT+6",
  "America/Vancouver": "Etc/GMT+7",
  "America/Winnipeg": "Etc/GMT+5",
  "Europe/Chisinau": "Europe/Bucharest",
};

/** Havana keeps -04:00 until the end of summer time in 2027: 1:00 daylight time. */
const cubaResumes = Date.UTC(2027, 10, 7, 5);

/** The right wall clock of a zone in the years from November 2026 on. */
export function rightClock(name: string): Clock {
  const clock = intlClock(changedIn2026[name] ?? name);
  if (name !== "America/Havana") return clock;
  return (at) => (at < cubaResumes ? at - 4 * 3_600_000 : clock(at));
}

/** Intl's wall clock with this Node's tz database. */
export function intlClock(name: string): Clock {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return (at) => {
    const text = format.format(at);
    const sign = text.at(-6);
    if (sign !== "+" && sign !== "-") return at;
    const minutes = Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2));
    return at + (sign === "-" ? -minutes : minutes) * 60_000;
  };
}

/** The moments, to the minute, at which a clock is put. It may not be put there and back within six days. */
export function changesOf(clock: Clock, from: number, to: number): number[] {
  const step = 6 * 86_400_000;
  const shift = (at: number) => clock(at) - at;
  const found: number[] = [];
  for (let low = from; low < to; low += step) {
    let [before, after] = [low, low + step];
    if (shift(before) === shift(after)) continue;
    while (after - before > 60_000) {
      const middle = before + Math.floor((after - before) / 120_000) * 60_000;
      if (shift(middle) === shift(before)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}
