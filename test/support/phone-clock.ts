import { cldrMeanings } from "./phone-clock-names.ts";

/**
 * What the clock of a phone shows, read from the wire values alone as the vendor's guides describe them. This is the other
 * side of the server's time zones and shares nothing with them. Every reading throws for a value that the guides don't know.
 */

/** From a moment to the wall clock of it, both in milliseconds; the wall clock as if it were UTC. */
export type Clock = (at: number) => number;

type Parameters = Readonly<Record<string, string>>;
type Moment = (year: number) => number;

const minute = 60_000;

/** MPP, PhoneOS and SPA phones (reference C.2; SPA300/500 guide, chapter 7). */
export function flatClock(parameters: Parameters): Clock {
  const [, zone = ""] = matched(/^GMT([+-]\d\d:\d\d)?$/, parameters["Time_Zone"]);
  const [, hours, minutes] = matched(/^(?:(\d\d)\/([0-5]\d))?$/, parameters["Time_Offset__HH_mm_"]);
  const offset = offsetOf(zone || "+00:00") + Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  const [isSaving] = matched(/^(Yes|No)$/, parameters["Daylight_Saving_Time_Enable"]);
  return ruledClock(offset, isSaving === "Yes" ? (parameters["Daylight_Saving_Time_Rule"] ?? "") : undefined);
}

/** ATA 191/192: of the code the first number alone counts, since an own rule goes before the built-in one. */
export function ataClock(parameters: Parameters): Clock {
  const [, sign, hours, half] = matched(/^([+-])(\d\d)(\.5)? \d+ \d+$/, parameters["Time_Zone"]);
  const [isAdjusting] = matched(/^[01]$/, parameters["Auto_Adjust_Clock"]);
  const offset = offsetOf(`${sign}${hours}:${half ? "30" : "00"}`);
  return ruledClock(offset, isAdjusting === "1" ? (parameters["Daylight_Saving_Time_Rule"] ?? "") : undefined);
}

/** 7940/60: abbreviations and words of the published files; week 8 is the last, the others count that weekday. */
export function textClock(parameters: Parameters): Clock {
  const written = parameters["time_zone"] ?? "";
  const [, sign, hours, minutes] = abbreviations.has(written) ? [] : matched(/^(-?)(\d\d?)(?:\/(\d\d))?$/, written);
  const own = (sign ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  const offset = abbreviations.get(written) ?? own;
  const [isAdjusting] = matched(/^[01]$/, parameters["dst_auto_adjust"]);
  if (isAdjusting === "0") return fixedClock(offset);
  const [, saveHours, saveMinutes] = matched(/^(\d\d?)(?:\/(\d\d))?$/, parameters["dst_offset"]);
  const save = Number(saveHours) * 60 + Number(saveMinutes ?? 0);
  return savingClock(offset, save, textMoment("dst_start", parameters), textMoment("dst_stop", parameters));
}

/** Enterprise loads by `timeZone`: what CLDR takes the Windows-like name for. */
export function nameClock(timeZone: string): Clock {
  const meaning = cldrMeanings[timeZone];
  if (meaning === undefined) throw new Error(`${timeZone} is not in Cisco's list`);
  const [offset = "", rule] = meaning.split(" ");
  return ruledClock(offsetOf(offset), rule);
}

function ruledClock(offset: number, rule: string | undefined): Clock {
  if (rule === undefined) return fixedClock(offset);
  const [, start = "", end = "", hours, minutes] = matched(
    /^start=([^;]+);end=([^;]+);save=(\d\d?)(?::([0-5]\d)(?::00)?)?$/,
    rule,
  );
  return savingClock(offset, Number(hours) * 60 + Number(minutes ?? 0), flatMoment(start), flatMoment(end));
}

function fixedClock(offset: number): Clock {
  return (at) => at + offset * minute;
}

/** The start is told in standard time and the end in daylight time, as the clock on the wall stands then. */
function savingClock(offset: number, save: number, startIn: Moment, endIn: Moment): Clock {
  return (at) => {
    const wall = at + offset * minute;
    const year = new Date(wall).getUTCFullYear();
    const [start, end] = [startIn(year), endIn(year) - save * minute];
    const isSummer = start < end ? start <= wall && wall < end : start <= wall || wall < end;
    return isSummer ? wall + save * minute : wall;
  };
}

/** `<month>/<day>/<weekday>[/HH[:mm[:ss]]]`; weekday 0 is the exact date, a negative day "on or before", -1 the last. */
function flatMoment(text: string): Moment {
  const pattern = /^(\d\d?)\/(-?\d\d?)\/([0-7])(?:\/([01]?\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d))?)?)?$/;
  const [month = 0, day = 0, weekday = 0, hours = 0, minutes = 0, seconds = 0] = matched(pattern, text)
    .slice(1)
    .map((part) => Number(part ?? 0));
  return yearly((year) => {
    const from = day === -1 ? Date.UTC(year, month, 0) : Date.UTC(year, month - 1, Math.abs(day));
    return nearestWeekday(from, weekday, day < 0 ? -1 : 1) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  });
}

function textMoment(key: string, parameters: Parameters): Moment {
  const month = months.indexOf((parameters[`${key}_month`] ?? "").slice(0, 3));
  const weekday = weekdays.indexOf((parameters[`${key}_day_of_week`] ?? "").slice(0, 3)) + 1;
  const [week] = matched(/^[1-48]$/, parameters[`${key}_week_of_month`]);
  const [, hours, minutes] = matched(/^([01]\d|2[0-3])\/([0-5]\d)$/, parameters[`${key}_time`]);
  if (month < 0 || weekday < 1 || parameters[`${key}_day`] !== "") throw new Error(`no day: ${key}`);
  return yearly((year) => {
    const date =
      week === "8"
        ? nearestWeekday(Date.UTC(year, month + 1, 0), weekday, -1)
        : nearestWeekday(Date.UTC(year, month, 1 + 7 * (Number(week) - 1)), weekday, 1);
    return date + (Number(hours) * 60 + Number(minutes)) * minute;
  });
}

function nearestWeekday(from: number, weekday: number, step: 1 | -1): number {
  const date = new Date(from);
  while (weekday !== 0 && (date.getUTCDay() || 7) !== weekday) date.setUTCDate(date.getUTCDate() + step);
  return date.getTime();
}

function yearly(moment: Moment): Moment {
  const known = new Map<number, number>();
  return (year) => {
    const found = known.get(year) ?? moment(year);
    known.set(year, found);
    return found;
  };
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = matched(/^([+-])(\d\d):([0-5]\d)$/, text);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function matched(pattern: RegExp, text: string | undefined): readonly (string | undefined)[] {
  const found = pattern.exec(text ?? "nothing");
  if (!found) throw new Error(`${text} is not ${pattern}`);
  return found;
}

const abbreviations: ReadonlyMap<string, number> = new Map([
  ["CST", -360],
  ["EST", -300],
  ["GMT", 0],
  ["CET", 60],
]);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
