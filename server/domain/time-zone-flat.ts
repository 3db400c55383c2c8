import type { DaylightRule, PhoneTimeZone, TimeZone, YearlyMoment, ZoneAnswer } from "./time-zone.ts";

/** MPP and PhoneOS: the closed list of `Time_Zone` in profiles/vocabulary. */
export function flatTimeZone(zone: TimeZone): PhoneTimeZone {
  return listedTimeZone(zone, offsets);
}

/** SPA phones: the same without the two zones that their list lacks. */
export function spaTimeZone(zone: TimeZone): PhoneTimeZone {
  return listedTimeZone(
    zone,
    offsets.filter((offset) => offset !== 270 && offset !== 840),
  );
}

/**
 * ATA 191/192, `router-configuration/Time_Setup`: a code whose first part is the offset, the second counts the entries of
 * that offset, the third is a built-in daylight rule (0 none). An own rule goes before the built-in one, and
 * `Auto_Adjust_Clock` 0 stops both (ATA 191/192 provisioning guide, Time_Setup parameters), so the offset decides alone.
 */
export function ataTimeZone(zone: TimeZone): ZoneAnswer {
  const code = ataCodes.get(zone.offset);
  if (code === undefined) return { cannot: `the adapter has no code for ${signed(zone.offset)}` };
  const refused =
    zone.dst && code.endsWith(" 0") ? "the adapter's code for this offset may refuse daylight time" : undefined;
  const inexact = zone.inexact ?? refused;
  const parameters = {
    Time_Zone: code,
    Auto_Adjust_Clock: zone.dst ? "1" : "0",
    ...(zone.dst && { Daylight_Saving_Time_Rule: ruleOf(zone.dst) }),
  };
  return { parameters, ...(inexact !== undefined && { inexact }) };
}

/**
 * `Time_Zone` has a closed list; an offset between its entries is the next lower entry plus `Time_Offset__HH_mm_`, which
 * "further offsets" the zone (SPA300/500 guide, chapter 7) and is else empty.
 */
function listedTimeZone(zone: TimeZone, listed: readonly number[]): PhoneTimeZone {
  const base = listed.findLast((offset) => offset <= zone.offset) ?? zone.offset;
  const extra = zone.offset - base;
  const parameters = {
    Time_Zone: base === 0 ? "GMT" : `GMT${signed(base)}`,
    Time_Offset__HH_mm_: extra === 0 ? "" : clock(extra, "/"),
    Daylight_Saving_Time_Enable: zone.dst ? "Yes" : "No",
    ...(zone.dst && { Daylight_Saving_Time_Rule: ruleOf(zone.dst) }),
  };
  return { parameters, ...(zone.inexact !== undefined && { inexact: zone.inexact }) };
}

/** `start=3/-1/7/03:00:00;end=10/-1/7/04:00:00;save=1:00` (reference C.2). */
function ruleOf({ start, end, save }: DaylightRule): string {
  const saved = `${Math.floor(save / 60)}:${String(save % 60).padStart(2, "0")}`;
  return `start=${momentOf(start)};end=${momentOf(end)};save=${saved}`;
}

function momentOf({ month, day, weekday, time }: YearlyMoment): string {
  // The hour ends at 23 there, so the midnight after a day is its last second.
  return `${month}/${day}/${weekday}/${time === "24:00" ? "23:59:59" : `${time}:00`}`;
}

function signed(minutes: number): string {
  return `${minutes < 0 ? "-" : "+"}${clock(Math.abs(minutes), ":")}`;
}

function clock(minutes: number, separator: string): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(separator);
}

const hourly = Array.from({ length: 27 }, (_, index) => (index - 12) * 60);
const offsets: readonly number[] = [...hourly, -210, 210, 270, 330, 345, 390, 570].sort((a, b) => a - b);

/** Default and Germany's code stand in Cisco's guide; the others in public tables made from it and in Linksys' own firmware. */
const ataCodes: ReadonlyMap<number, string> = new Map([
  [-720, "-12 1 0"],
  [-660, "-11 1 0"],
  [-600, "-10 1 0"],
  [-540, "-09 1 1"],
  [-480, "-08 1 1"],
  [-420, "-07 2 1"],
  [-360, "-06 2 1"],
  [-300, "-05 2 1"],
  [-240, "-04 2 1"],
  [-210, "-03.5 1 1"],
  [-180, "-03 2 1"],
  [-120, "-02 1 0"],
  [-60, "-01 1 2"],
  [0, "+00 2 2"],
  [60, "+01 2 2"],
  [120, "+02 2 2"],
  [180, "+03 1 0"],
  [240, "+04 1 0"],
  [300, "+05 1 0"],
  [330, "+05.5 1 0"],
  [360, "+06 1 0"],
  [420, "+07 1 0"],
  [480, "+08 3 0"],
  [540, "+09 1 0"],
  [570, "+09.5 1 10"],
  [600, "+10 2 4"],
  [660, "+11 1 0"],
  [720, "+12 2 4"],
]);
