/**
 * Writes profiles/time-zones.json from the tz database inside this Node, which has to be the pinned one, and from what the
 * tz database has changed since (time-zones.amendments.ts): `npm run time-zones`.
 *
 * For every zone: the standard offset, the yearly daylight rule, and a name from Cisco's closed list. A rule is found from
 * the changes that Intl knows and then proved: it is computed for each of `years` and compared with Intl; a zone whose
 * changes follow no such rule (Morocco's Ramadan) gets its usual offset, no rule, and `inexact`. Daylight time is always
 * the later clock, so Ireland's "negative winter time" is an ordinary summer time here.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DaylightRule, TimeZoneEntry, TimeZoneTable, YearlyMoment } from "../server/domain/time-zone.ts";
import { ciscoNames } from "../server/domain/time-zone-names.ts";
import { amendedTo, amendments, standIns } from "./time-zones.amendments.ts";
import { otherNames, renamed } from "./time-zones.names.ts";

/** The release inside Node that the table is made from; a newer one is a change that somebody has to look at. */
const pinned = "2025c";

const firstYear = 2026;
const lastYear = 2030;
/** Between two rules that explain `years` equally (Sunday on or after the 2nd, or the 1st) the years up to here decide. */
const horizon = 2037;

const minute = 60_000;
const day = 86_400_000;

/** The moment of a change, the wall clock (as if it were UTC) that is left then, and the offsets around it in minutes. */
interface Change {
  readonly at: number;
  readonly wall: Date;
  readonly before: number;
  readonly after: number;
}

export function generateTimeZones(): TimeZoneTable {
  const entries = new Map<string, TimeZoneEntry>();
  const names = [...Intl.supportedValuesOf("timeZone"), "UTC", ...fixedZones()].map(mainName);
  for (const name of [...new Set(names)].sort()) entries.set(name, amendments[name] ?? readZone(name));
  const zones: Record<string, TimeZoneEntry> = {};
  for (const [name, entry] of entries) {
    zones[name] = { ...entry, ...chooseCiscoName(name, entry, entries), ...findStandIn(name, entry, entries) };
  }
  const aliases: Record<string, string> = {};
  for (const alias of [...Object.keys(renamed), ...otherNames].sort()) {
    const name = mainName(new Intl.DateTimeFormat("en-US", { timeZone: alias }).resolvedOptions().timeZone);
    if (!(alias in zones) && name in zones) aliases[alias] = name;
  }
  return { tzdata: process.versions["tz"] ?? "unknown", amendedTo, years: [firstYear, lastYear], zones, aliases };
}

/** One zone a line, so that a change of the tz database is a readable difference. */
export function formatTimeZones({ tzdata, amendedTo, years, zones, aliases }: TimeZoneTable): string {
  const lines = (record: object) =>
    Object.entries(record).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{
  "tzdata": ${JSON.stringify(tzdata)},
  "amendedTo": ${JSON.stringify(amendedTo)},
  "years": ${JSON.stringify(years)},
  "zones": {\n${lines(zones).join(",\n")}\n  },
  "aliases": {\n${lines(aliases).join(",\n")}\n  }
}
`;
}

function readZone(name: string): TimeZoneEntry {
  const changes = findChanges(name);
  const near = changes.filter(({ wall }) => wall.getUTCFullYear() <= lastYear);
  if (near.length === 0) return { offset: readOffset(name)(Date.UTC(firstYear, 0, 1)) };
  const offset = Math.min(...near.map(({ before }) => before));
  const start = findMoment(changes.filter(({ before, after }) => before < after));
  const end = findMoment(changes.filter(({ before, after }) => before > after));
  const save = Math.max(...near.map(({ before }) => before)) - offset;
  const dst = start && end && { start, end, save };
  if (dst && isProved(offset, dst, near)) return { offset, dst };
  return {
    offset: usualOffset(near),
    inexact: `the clock changes of ${firstYear} to ${lastYear} follow no yearly rule`,
  };
}

function findChanges(name: string): Change[] {
  const offsetAt = readOffset(name);
  const found: Change[] = [];
  const step = 10 * day; // shorter than Morocco's month on winter time
  for (let from = Date.UTC(firstYear, 0, 1); from < Date.UTC(horizon + 1, 0, 1); from += step) {
    const [before, after] = [offsetAt(from), offsetAt(from + step)];
    if (before === after) continue;
    let [low, high] = [from, from + step];
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / 2 / minute) * minute;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ at: high, wall: new Date(high + before * minute), before, after });
  }
  return found;
}

function readOffset(name: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return (at) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at)) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) || 0;
  };
}

/** The form that fits all changes of `years`, and of those the one that stays true longest; the plainest of equals. */
function findMoment(changes: readonly Change[]): YearlyMoment | undefined {
  const walls = changes.map(({ wall }) => wall);
  const [first] = walls;
  if (!first) return undefined;
  const days = [-1, 1, 8, 15, 22, ...Array.from({ length: 31 }, (_, index) => index + 1)];
  // A change at midnight may have its rule on the day before: Egypt's "last Thursday, 24:00".
  const isMidnight = first.getUTCHours() + first.getUTCMinutes() === 0;
  const forms = [0, ...(isMidnight ? [day] : [])].flatMap((back) => {
    const date = new Date(first.getTime() - back);
    const time = back > 0 ? "24:00" : first.toISOString().slice(11, 16);
    const month = date.getUTCMonth() + 1;
    return days.map((on) => ({ month, weekday: date.getUTCDay() || 7, day: on, time }));
  });
  const ages = forms.map((form) => {
    // A phone need not follow "on or after the 26th" into the next month.
    if (form.day + 6 > new Date(Date.UTC(firstYear, form.month, 0)).getUTCDate()) return 0;
    const miss = walls.findIndex((wall) => wallOf(form, wall.getUTCFullYear()) !== wall.getTime());
    return miss < 0 ? walls.length : miss;
  });
  return forms[ages.indexOf(Math.max(...ages))];
}

/** Wall clock of a moment in a year, as if it were UTC. */
function wallOf({ month, weekday, day: on, time }: YearlyMoment, year: number): number {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const from = on === -1 ? last - 6 : on;
  const shift = (weekday - new Date(Date.UTC(year, month - 1, from)).getUTCDay() + 7) % 7;
  return Date.UTC(year, month - 1, from + shift, Number(time.slice(0, 2)), Number(time.slice(3)));
}

function isProved(offset: number, { start, end, save }: DaylightRule, near: readonly Change[]): boolean {
  const expected: string[] = [];
  for (let year = firstYear; year <= lastYear; year++) {
    expected.push(`${wallOf(start, year) - offset * minute} ${offset} ${offset + save}`);
    expected.push(`${wallOf(end, year) - (offset + save) * minute} ${offset + save} ${offset}`);
  }
  const found = near.map(({ at, before, after }) => `${at} ${before} ${after}`);
  return expected.sort().join() === found.sort().join();
}

function usualOffset(near: readonly Change[]): number {
  const spans = new Map<number, number>();
  let from = Date.UTC(firstYear, 0, 1);
  for (const { at, before } of near) {
    spans.set(before, (spans.get(before) ?? 0) + at - from);
    from = at;
  }
  return [...spans].reduce((longest, span) => (span[1] > longest[1] ? span : longest), [0, 0])[0];
}

/** A listed name first, then any with the same clock, then the one of the same offset that is wrong for the fewest days. */
function chooseCiscoName(
  name: string,
  entry: TimeZoneEntry,
  entries: ReadonlyMap<string, TimeZoneEntry>,
): Pick<TimeZoneEntry, "cisco" | "ciscoExact"> {
  const ranked = ciscoNames
    .flatMap(({ cisco, like, also, doubted }) => {
      const model = entries.get(like);
      if (!model) throw new Error(`${cisco}: the tz database has no ${like}`);
      if (model.offset !== entry.offset) return [];
      const wrong = wrongDays(entry, model);
      const exact = wrong === 0 && !(doubted || entry.inexact);
      return [{ cisco, wrong, exact, listed: name === like || also?.split(" ").includes(name) ? 0 : 1 }];
    })
    .sort((a, b) => Number(b.exact) - Number(a.exact) || a.wrong - b.wrong || a.listed - b.listed);
  const [best] = ranked;
  if (!best) return {};
  return best.exact ? { cisco: best.cisco } : { cisco: best.cisco, ciscoExact: false };
}

function findStandIn(
  name: string,
  { offset, dst }: TimeZoneEntry,
  entries: ReadonlyMap<string, TimeZoneEntry>,
): Pick<TimeZoneEntry, "olson"> {
  const olson = Object.keys(standIns).find((each) => standIns[each]?.split(" ").includes(name));
  if (olson === undefined) return {};
  const other = entries.get(olson);
  const isSame = other?.offset === offset && JSON.stringify(other.dst) === JSON.stringify(dst);
  if (!isSame) throw new Error(`${olson} has not the clock of ${name}`);
  return { olson };
}

function wrongDays(one: TimeZoneEntry, other: TimeZoneEntry): number {
  if (JSON.stringify(one.dst) === JSON.stringify(other.dst)) return 0;
  let wrong = 1;
  for (let at = Date.UTC(firstYear, 0, 1); at < Date.UTC(firstYear + 1, 0, 1); at += day) {
    if (savedAt(one.dst, at) !== savedAt(other.dst, at)) wrong++;
  }
  return wrong;
}

function savedAt(dst: DaylightRule | undefined, wall: number): number {
  if (!dst) return 0;
  const [start, end] = [wallOf(dst.start, firstYear), wallOf(dst.end, firstYear)];
  const isSummer = start < end ? wall >= start && wall < end : wall >= start || wall < end;
  return isSummer ? dst.save : 0;
}

function fixedZones(): string[] {
  return Array.from({ length: 27 }, (_, index) => index - 12)
    .filter((hours) => hours !== 0)
    .map((hours) => `Etc/GMT${hours < 0 ? "+" : "-"}${Math.abs(hours)}`); // POSIX sign: Etc/GMT+5 is five hours behind
}

function mainName(name: string): string {
  return Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const release = process.versions["tz"];
  if (release !== pinned) throw new Error(`this Node has tz ${release}, the table is pinned to ${pinned}`);
  writeFileSync(new URL("time-zones.json", import.meta.url), formatTimeZones(generateTimeZones()));
}
