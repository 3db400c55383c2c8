import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { zonePart } from "../../server/domain/mapping/zone.ts";
import type { TimeZoneTable } from "../../server/domain/time-zone.ts";
import { dialectsThatCannot } from "../../server/domain/time-zone-dialects.ts";
import { ataClock, type Clock, flatClock, nameClock, textClock } from "../support/phone-clock.ts";
import { changesOf, intlClock, rightClock } from "../support/phone-clock-intl.ts";
import { changedSince2010 } from "../support/phone-clock-names.ts";

const [from, to] = [Date.UTC(2026, 10, 22), Date.UTC(2029, 10, 22)];
const minute = 60_000;
const hour = 60 * minute;

const table: TimeZoneTable = JSON.parse(readFileSync("profiles/time-zones.json", "utf8"));
const release = process.versions["tz"];
const isPinned = release === "2025c";
/** What Intl knows, since an older Node lacks the zones of later years. */
const names = Object.keys(table.zones).filter((name) => isPinned || isKnown(name));

const families = ["mpp", "phoneos", "spa", "ata", "sip79xx", "enterprise"].map(readFamily);
const clockOf: Readonly<Record<string, (parameters: Record<string, string>) => Clock>> = {
  mpp: flatClock,
  phoneos: flatClock,
  spa: flatClock,
  ata: ataClock,
  sip79xx: textClock,
  enterprise: ({ timeZone }) => nameClock(timeZone ?? ""),
};

/** A family's rows of `time.zone`, as its profile has them. */
interface Family {
  readonly id: string;
  readonly dialect: string;
  readonly rows: readonly {
    readonly to: string;
    readonly with: { readonly dialect: string; readonly part: string };
    readonly otherwise?: string;
  }[];
}

/** When a zone's clock is put, the moments to look at, and what it shows then. */
interface Right {
  readonly changes: readonly number[];
  readonly moments: readonly number[];
  readonly walls: readonly number[];
}

describe(`the clocks of phones, ${isPinned ? "against" : "loosely against"} Intl of tz ${release} with the changes of 2026`, () => {
  const rights = new Map(names.map((name) => [name, readRight(name)]));

  it.runIf(isPinned).each([
    ["mpp", ["Africa/Cairo a second early", "America/Havana wrong from 2027-11-07"]],
    ["phoneos", ["Africa/Cairo a second early", "America/Havana wrong from 2027-11-07"]],
    ["spa", ["Africa/Cairo a second early", "America/Havana wrong from 2027-11-07"]],
    ["ata", ["Africa/Cairo a second early", "America/Havana wrong from 2027-11-07"]],
    [
      "sip79xx",
      ["Africa/Cairo a minute early", "America/Havana wrong from 2027-11-07", "America/Santiago a minute early"],
    ],
  ])("%s is right in the two days around each change, but for those named here", (id, wrong) => {
    expect(names.flatMap((name) => walk(familyOf(id), name) ?? [])).toEqual(wrong);
  });

  it.runIf(isPinned)("Intl itself is behind in these zones, which are read by others of the same clock", () => {
    const behind = names.filter((name) => difference(intlClock(name), name) !== undefined);
    expect(behind).toEqual([
      "Africa/Casablanca",
      "Africa/El_Aaiun",
      "America/Edmonton",
      "America/Havana",
      "America/Inuvik",
      "America/Vancouver",
      "America/Winnipeg",
      "Europe/Chisinau",
    ]);
  });

  it.skipIf(isPinned).each(["mpp", "phoneos", "spa", "ata", "sip79xx"])(
    "%s is wrong only where the two releases of the tz database differ, which are few zones",
    (id) => {
      const wrong = names.flatMap((name) => walk(familyOf(id), name) ?? []);
      expect(wrong.length, wrong.join("\n")).toBeLessThan(15);
    },
  );

  it.runIf(isPinned)(
    "an enterprise load that has the name only is right wherever no note says otherwise, and wrong wherever one does",
    () => {
      const enterprise = familyOf("enterprise");
      const isDoubted = (name: string) => changedSince2010.includes(told(enterprise, name)?.["timeZone"] ?? "");
      const wrong = names.filter((name) => walk(enterprise, name) !== undefined || isDoubted(name));
      const noted = names.filter((name) =>
        dialectsThatCannot(table, name).some((each) => each.dialect === "enterprise"),
      );
      expect(noted).toEqual(wrong);
    },
  );

  it.runIf(isPinned)("whoever is wrong by more than a second is named when the zone is chosen", () => {
    const unnamed = families.flatMap((family) =>
      names.flatMap((name) => {
        const wrong = told(family, name) === undefined ? `${name} is not told` : walk(family, name);
        const isNamed = dialectsThatCannot(table, name).some(({ dialect }) => dialect === family.dialect);
        return wrong && !isNamed ? [`${family.id}: ${wrong}`] : [];
      }),
    );
    expect(unnamed).toEqual(["mpp", "phoneos", "spa", "ata"].map((id) => `${id}: Africa/Cairo a second early`));
  });

  it("a phone that has the tz name gets the zone, or one of the same clock", () => {
    const enterprise = familyOf("enterprise");
    const wrong = names.filter((name) => {
      const { moments, walls } = rightOf(name);
      const shown = rightClock(told(enterprise, name)?.["olsonTimeZone"] ?? "");
      return moments.some((at, index) => shown(at) !== walls[index]);
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["mpp", "Daylight_Saving_Time_Rule", "start=3/-1/7/03:00:00;end=10/-1/7/05:00:00;save=1:00"],
    ["mpp", "Daylight_Saving_Time_Rule", "start=3/-1/1/03:00:00;end=10/-1/7/04:00:00;save=1:00"],
    ["phoneos", "Daylight_Saving_Time_Enable", "No"],
    ["spa", "Time_Zone", "GMT+03:00"],
    ["spa", "Time_Offset__HH_mm_", "00/30"],
    ["ata", "Time_Zone", "+01 2 2"],
    ["ata", "Auto_Adjust_Clock", "0"],
    ["sip79xx", "time_zone", "CET"],
    ["sip79xx", "dst_start_time", "02/00"],
    ["sip79xx", "dst_stop_week_of_month", "4"],
    ["enterprise", "timeZone", "Egypt Standard/Daylight Time"],
  ])("%s in Athens would be caught with %s %s", (id, key, value) => {
    const right = told(familyOf(id), "Europe/Athens") ?? {};
    expect(difference(readingOf(id, right), "Europe/Athens")).toBeUndefined();
    expect(difference(readingOf(id, { ...right, [key]: value }), "Europe/Athens")).toBeDefined();
  });

  it.each(["mpp", "phoneos", "spa", "ata", "sip79xx", "enterprise"])("%s in Athens shows these times", (id) => {
    const clock = readingOf(id, told(familyOf(id), "Europe/Athens") ?? {});
    const shown = ["2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z", "2027-10-31T00:59:59Z", "2027-10-31T01:00:00Z"].map(
      (moment) => new Date(clock(Date.parse(moment))).toISOString().slice(11, 19),
    );
    expect(shown).toEqual(["02:59:59", "04:00:00", "03:59:59", "03:00:00"]);
  });

  it("walks every change: two a year in Berlin and in Sydney, none in Tokyo", () => {
    const counts = ["Europe/Berlin", "Australia/Sydney", "Asia/Tokyo"].map(
      (name) => changesOf(rightClock(name), from, to).length,
    );
    expect(counts).toEqual([6, 6, 0]);
  });

  /** How a phone's reading differs, undefined where it never does or where the phone is told nothing. */
  function walk(family: Family, name: string): string | undefined {
    const parameters = told(family, name);
    if (parameters && family.id === "enterprise" && !("timeZone" in parameters)) return `${name} has no name`;
    return parameters && difference(readingOf(family.id, parameters), name);
  }

  function difference(clock: Clock, name: string): string | undefined {
    const { changes, moments, walls } = rightOf(name);
    const right = rightClock(name);
    const own = changesOf(clock, from, to).filter((change) => !changes.includes(change));
    const wrong = [
      ...moments.filter((at, index) => clock(at) !== walls[index]),
      ...own.flatMap(around).filter((at) => clock(at) !== right(at)),
    ];
    if (wrong.length === 0) return undefined;
    const early = wrong.map((at) => Math.min(...changes.filter((change) => change > at).map((change) => change - at)));
    if (early.every((ms) => ms <= 1000)) return `${name} a second early`;
    if (early.every((ms) => ms <= minute)) return `${name} a minute early`;
    return `${name} wrong from ${new Date(Math.min(...wrong)).toISOString().slice(0, 10)}`;
  }

  function rightOf(name: string): Right {
    const right = rights.get(name);
    if (!right) throw new Error(`no ${name}`);
    return right;
  }
});

function familyOf(id: string): Family {
  const family = families.find((each) => each.id === id);
  if (!family) throw new Error(`no ${id}`);
  return family;
}

function readingOf(id: string, parameters: Record<string, string>): Clock {
  const read = clockOf[id];
  if (!read) throw new Error(`no ${id}`);
  return read(parameters);
}

function readFamily(id: string): Family {
  const { mapping } = JSON.parse(readFileSync(`profiles/cisco/${id}.family.json`, "utf8"));
  // Of the SPA family the phones: its adapters are told the zone alone, and have rules of their own for it.
  const isPhones = (row: { when?: { kind?: string[] } }) => row.when?.kind?.includes("phone") ?? true;
  const rows: Family["rows"] = mapping.filter(
    (row: { from?: string; when?: { kind?: string[] } }) => row.from === "time.zone" && isPhones(row),
  );
  return { id, rows, dialect: rows[0]?.with.dialect ?? "" };
}

/** The values of a family's rows by the last part of their names; undefined where the phone can't be told the zone. */
function told({ rows }: Family, name: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const {
    to: path,
    with: { dialect, part },
    otherwise,
  } of rows) {
    const answer = zonePart(table, name, dialect, part);
    if ("cannot" in answer) return undefined;
    const value = answer.value ?? otherwise;
    if (value !== undefined) parameters[path.slice(path.lastIndexOf("/") + 1)] = value;
  }
  return parameters;
}

function readRight(name: string): Right {
  const clock = rightClock(name);
  const samples = [2027, 2028, 2029].flatMap((year) => [0, 3, 6, 9].map((month) => Date.UTC(year, month, 15, 12)));
  const changes = changesOf(clock, from, to);
  const moments = [...samples, ...changes.flatMap(around)];
  return { changes, moments, walls: moments.map(clock) };
}

/** Each quarter of an hour of the day before and the day after, and the last minute and second before the change. */
function around(change: number): number[] {
  const quarters = Array.from({ length: 193 }, (_, index) => change + (index - 96) * (hour / 4));
  return [...quarters, change - minute, change - 1000];
}

function isKnown(name: string): boolean {
  try {
    intlClock(name);
    return true;
  } catch {
    return false;
  }
}
