import type { DaylightRule, TimeZone, YearlyMoment, ZoneAnswer } from "./time-zone.ts";

/**
 * 7940/60 text files. `time_zone` is an abbreviation or hours, `dst_*_week_of_month` counts that weekday in the month with 8
 * for the last, `dst_*_day` is empty then. Forms: SIPDefault.cnf as CME writes it for P0S3-07-4 (EST, "02:00", "October"),
 * public ones (CST, CET, GMT, 8; March, Sunday 2 for the USA), and the 7960 guide 78-10497-02, page 3-26.
 * A moment that is no n-th weekday (Israel) can't be said.
 */
export function textTimeZone(zone: TimeZone): ZoneAnswer {
  const time_zone = abbreviations.get(zone.offset) ?? hours(zone.offset);
  if (!zone.dst) return { parameters: { time_zone, dst_auto_adjust: "0" }, ...noteOf(zone) };
  const [start, stop] = [nthWeekday(zone.dst.start), nthWeekday(zone.dst.end)];
  if (!(start && stop))
    return {
      cannot:
        "the phone knows the first to fourth or the last weekday of a month, and a clock change here is on another",
    };
  const parameters = {
    time_zone,
    dst_auto_adjust: "1",
    dst_offset: hours(zone.dst.save),
    ...momentOf("dst_start", start),
    ...momentOf("dst_stop", stop),
  };
  return { parameters, ...noteOf(zone, { start, end: stop, save: zone.dst.save }) };
}

function noteOf(zone: TimeZone, dst?: DaylightRule): { readonly inexact?: string } {
  const isPart = zone.offset % 60 !== 0 || (dst?.save ?? 0) % 60 !== 0;
  const isEarly = [dst?.start, dst?.end].some((moment) => moment?.time === "24:00");
  const inexact =
    zone.inexact ??
    (isPart ? "no published file shows a part of an hour" : undefined) ??
    (isEarly ? "the clock is put a minute early, at 23:59 instead of midnight" : undefined);
  return inexact === undefined ? {} : { inexact };
}

/** Chile's Sunday on or after the 2nd, at 0:00, is the midnight after the first Saturday. */
function nthWeekday(moment: YearlyMoment): YearlyMoment | undefined {
  const { day, weekday, time } = moment;
  if (day === -1 || day % 7 === 1) return moment;
  if (day % 7 !== 2 || time !== "00:00") return undefined;
  return { ...moment, day: day - 1, weekday: weekday === 1 ? 7 : weekday - 1, time: "24:00" };
}

function momentOf(key: string, { month, day, weekday, time }: YearlyMoment): Record<string, string> {
  return {
    [`${key}_month`]: months[month - 1] ?? "",
    [`${key}_day`]: "",
    [`${key}_day_of_week`]: weekdays[weekday - 1] ?? "",
    [`${key}_week_of_month`]: day === -1 ? "8" : String((day + 6) / 7),
    [`${key}_time`]: (time === "24:00" ? "23:59" : time).replace(":", "/"),
  };
}

function hours(minutes: number): string {
  const part = Math.abs(minutes) % 60;
  const whole = `${minutes < 0 ? "-" : ""}${Math.floor(Math.abs(minutes) / 60)}`;
  return part === 0 ? whole : `${whole}/${part}`;
}

const abbreviations: ReadonlyMap<number, string> = new Map([
  [-360, "CST"],
  [-300, "EST"],
  [0, "GMT"],
  [60, "CET"],
]);

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
