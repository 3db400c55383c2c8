import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatTimeZones, generateTimeZones } from "../../profiles/time-zones.generate.ts";
import {
  ataTimeZone,
  enterpriseTimeZone,
  findTimeZone,
  flatTimeZone,
  parseTimeZones,
  type TimeZone,
  type TimeZoneTable,
  textTimeZone,
} from "../../server/domain/time-zone.ts";

const text = readFileSync(new URL("../../profiles/time-zones.json", import.meta.url), "utf8");
const table = parsed(text);
const allZones = Object.keys(table.zones).map(zone);

function parsed(json: string): TimeZoneTable {
  const zones = parseTimeZones(JSON.parse(json));
  if (!zones) throw new Error("profiles/time-zones.json is not a table of time zones");
  return zones;
}

function zone(name: string): TimeZone {
  const found = findTimeZone(table, name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const europe = { Daylight_Saving_Time_Enable: "Yes", Time_Offset__HH_mm_: "" };
const none = { Daylight_Saving_Time_Enable: "No", Time_Offset__HH_mm_: "" };
const centralEurope = {
  ...europe,
  Time_Zone: "GMT+01:00",
  Daylight_Saving_Time_Rule: "start=3/-1/7/02:00:00;end=10/-1/7/03:00:00;save=1:00",
};
const british = {
  ...europe,
  Time_Zone: "GMT",
  Daylight_Saving_Time_Rule: "start=3/-1/7/01:00:00;end=10/-1/7/02:00:00;save=1:00",
};
const southern = "start=10/1/7/02:00:00;end=4/1/7/03:00:00;save=1:00";

describe("a multiplatform phone", () => {
  it.each<[string, Record<string, string>]>([
    [
      "Europe/Athens",
      {
        ...europe,
        Time_Zone: "GMT+02:00",
        Daylight_Saving_Time_Rule: "start=3/-1/7/03:00:00;end=10/-1/7/04:00:00;save=1:00",
      },
    ],
    ["Europe/Zagreb", centralEurope],
    ["Europe/Prague", centralEurope],
    ["Europe/Warsaw", centralEurope],
    ["Europe/London", british],
    ["Europe/Dublin", british],
    [
      "America/New_York",
      {
        ...europe,
        Time_Zone: "GMT-05:00",
        Daylight_Saving_Time_Rule: "start=3/8/7/02:00:00;end=11/1/7/02:00:00;save=1:00",
      },
    ],
    ["America/Phoenix", { ...none, Time_Zone: "GMT-07:00" }],
    ["Asia/Kolkata", { ...none, Time_Zone: "GMT+05:30" }],
    ["Asia/Kathmandu", { ...none, Time_Zone: "GMT+05:45" }],
    ["Pacific/Marquesas", { ...none, Time_Zone: "GMT-10:00", Time_Offset__HH_mm_: "00/30" }],
    ["Australia/Adelaide", { ...europe, Time_Zone: "GMT+09:30", Daylight_Saving_Time_Rule: southern }],
    ["Australia/Sydney", { ...europe, Time_Zone: "GMT+10:00", Daylight_Saving_Time_Rule: southern }],
    [
      "Australia/Lord_Howe",
      {
        Daylight_Saving_Time_Enable: "Yes",
        Time_Zone: "GMT+10:00",
        Time_Offset__HH_mm_: "00/30",
        Daylight_Saving_Time_Rule: "start=10/1/7/02:00:00;end=4/1/7/02:00:00;save=0:30",
      },
    ],
    [
      "Africa/Cairo",
      {
        ...europe,
        Time_Zone: "GMT+02:00",
        Daylight_Saving_Time_Rule: "start=4/-1/5/00:00:00;end=10/-1/4/23:59:59;save=1:00",
      },
    ],
  ])("in %s gets its zone and its rule", (name, parameters) => {
    expect(flatTimeZone(zone(name))).toEqual({ parameters });
  });

  it("in Casablanca gets its usual offset, and people are told", () => {
    const { parameters, inexact } = flatTimeZone(zone("Africa/Casablanca"));
    expect(parameters).toEqual({ ...none, Time_Zone: "GMT+01:00" });
    expect(inexact).toMatch(/no yearly rule/);
  });

  it("that reads its parameters shows the right time around each change, wherever no doubt is noted", () => {
    const wrong = allZones.filter(({ inexact }) => !inexact).flatMap((each) => wrongMoments(each).slice(0, 1));
    expect(wrong).toEqual([]);
  });

  it("would be caught with a rule that is an hour late", () => {
    const athens = zone("Europe/Athens");
    const late = athens.dst && { ...athens, dst: { ...athens.dst, end: { ...athens.dst.end, time: "05:00" } } };
    expect(late && wrongMoments(late)).not.toEqual([]);
  });

  it("gets only zones of its closed list", () => {
    const listed = /^GMT([+-](0[1-9]|1[0-2]):00|\+1[34]:00|-03:30|\+03:30|\+04:30|\+05:30|\+05:45|\+06:30|\+09:30)?$/;
    const values = allZones.map((each) => flatTimeZone(each).parameters["Time_Zone"] ?? "");
    expect(values.filter((value) => !listed.test(value))).toEqual([]);
  });
});

describe("an analogue adapter", () => {
  it("gets a code for the offset and its own rule, which goes before the built-in one", () => {
    expect(ataTimeZone(zone("Europe/Berlin"))?.parameters).toEqual({
      Time_Zone: "+01 2 2",
      Auto_Adjust_Clock: "1",
      Daylight_Saving_Time_Rule: "start=3/-1/7/02:00:00;end=10/-1/7/03:00:00;save=1:00",
    });
    expect(ataTimeZone(zone("America/Los_Angeles"))?.parameters["Time_Zone"]).toBe("-08 1 1");
  });

  it("is told to leave the clock alone where there is no daylight time", () => {
    expect(ataTimeZone(zone("Africa/Lagos"))).toEqual({ parameters: { Time_Zone: "+01 2 2", Auto_Adjust_Clock: "0" } });
  });

  it("has no code for Kathmandu, and a doubtful one for Norfolk", () => {
    expect(ataTimeZone(zone("Asia/Kathmandu"))).toBeUndefined();
    expect(ataTimeZone(zone("Pacific/Norfolk"))?.inexact).toMatch(/may refuse/);
  });
});

describe("an enterprise phone", () => {
  it.each([
    ["Europe/Athens", "GTB Standard/Daylight Time"],
    ["Europe/Zagreb", "Central Europe Standard/Daylight Time"],
    ["Europe/Prague", "Central Europe Standard/Daylight Time"],
    ["Europe/Warsaw", "Central Europe Standard/Daylight Time"],
    ["Europe/Paris", "Central Europe Standard/Daylight Time"],
    ["Europe/Berlin", "W. Europe Standard/Daylight Time"],
    ["Europe/London", "GMT Standard/Daylight Time"],
    ["Europe/Dublin", "GMT Standard/Daylight Time"],
    ["America/New_York", "Eastern Standard/Daylight Time"],
    ["America/Phoenix", "US Mountain Standard Time"],
    ["America/Mexico_City", "Canada Central Standard Time"],
    ["Asia/Kolkata", "India Standard Time"],
    ["Asia/Shanghai", "China Standard/Daylight Time"],
    ["Australia/Adelaide", "Cen. Australia Standard/Daylight Time"],
    ["Australia/Sydney", "AUS Eastern Standard/Daylight Time"],
    ["Australia/Brisbane", "E. Australia Standard Time"],
    ["Australia/Hobart", "Tasmania Standard/Daylight Time"],
  ])("in %s gets Cisco's name for it", (name, timeZone) => {
    expect(enterpriseTimeZone(zone(name))).toEqual({ parameters: { timeZone, olsonTimeZone: name } });
  });

  it("gets the nearest name and a note where Cisco has none with these rules", () => {
    const cairo = enterpriseTimeZone(zone("Africa/Cairo"));
    expect(cairo.parameters["timeZone"]).toBe("Egypt Standard/Daylight Time");
    expect(cairo.inexact).toMatch(/older loads/);
    expect(enterpriseTimeZone(zone("Africa/Casablanca")).inexact).toMatch(/older loads/);
  });

  it("gets the tz name alone where Cisco has no name of the offset", () => {
    const lordHowe = enterpriseTimeZone(zone("Australia/Lord_Howe"));
    expect(lordHowe.parameters).toEqual({ olsonTimeZone: "Australia/Lord_Howe" });
    expect(lordHowe.inexact).toMatch(/no name/);
  });
});

describe("a 7940 or 7960", () => {
  it("gets names of months and days, and week 8 for the last", () => {
    expect(textTimeZone(zone("Europe/Prague"))).toEqual({
      parameters: {
        time_zone: "CET",
        dst_auto_adjust: "1",
        dst_offset: "1",
        dst_start_month: "March",
        dst_start_day: "",
        dst_start_day_of_week: "Sun",
        dst_start_week_of_month: "8",
        dst_start_time: "02/00",
        dst_stop_month: "October",
        dst_stop_day: "",
        dst_stop_day_of_week: "Sun",
        dst_stop_week_of_month: "8",
        dst_stop_time: "03/00",
      },
    });
  });

  it("gets the second Sunday as week 2", () => {
    expect(textTimeZone(zone("America/New_York"))?.parameters).toMatchObject({
      time_zone: "EST",
      dst_start_month: "March",
      dst_start_week_of_month: "2",
      dst_stop_month: "November",
      dst_stop_week_of_month: "1",
      dst_stop_time: "02/00",
    });
  });

  it("gets hours where no abbreviation is known, and a note where they are not whole", () => {
    expect(textTimeZone(zone("Europe/Athens"))?.parameters["time_zone"]).toBe("2");
    expect(textTimeZone(zone("America/Phoenix"))).toEqual({ parameters: { time_zone: "-7", dst_auto_adjust: "0" } });
    expect(textTimeZone(zone("Asia/Kolkata"))?.parameters["time_zone"]).toBe("5/30");
    expect(textTimeZone(zone("Asia/Kolkata"))?.inexact).toMatch(/part of an hour/);
  });

  it("cannot be told of changes that are no n-th weekday", () => {
    const untold = allZones.filter((each) => !textTimeZone(each)).map(({ name }) => name);
    expect(untold).toEqual([
      "America/Godthab",
      "America/Santiago",
      "America/Scoresbysund",
      "Asia/Gaza",
      "Asia/Hebron",
      "Asia/Jerusalem",
    ]);
  });
});

describe("the table of time zones", () => {
  it.runIf(process.versions["tz"] === table.tzdata)("is what the generator makes of the same tz database", () => {
    expect(text).toBe(formatTimeZones(generateTimeZones()));
  });

  it.skipIf(process.versions["tz"] === table.tzdata)(
    "is of another tz database than this Node's, so only its shape is checked",
    () => {
      expect(allZones.length).toBeGreaterThan(400);
    },
  );

  it("leads every alias to a zone with the same clock", () => {
    const wrong = Object.entries(table.aliases).filter(
      ([alias, name]) => !table.zones[name] || localTime(alias)(0) !== localTime(name)(0),
    );
    expect(wrong).toEqual([]);
  });

  it("knows a zone by its new and its old names, and no other word", () => {
    expect(["Europe/Kyiv", "Europe/Kiev"].map((name) => zone(name).name)).toEqual(["Europe/Kiev", "Europe/Kiev"]);
    expect(["Asia/Calcutta", "Asia/Kolkata"].map((name) => zone(name).name)).toEqual(["Asia/Kolkata", "Asia/Kolkata"]);
    expect(zone("Etc/UTC")).toEqual(zone("UTC"));
    expect(findTimeZone(table, "Europe/Atlantis")).toBeUndefined();
    expect(findTimeZone(table, "constructor")).toBeUndefined();
  });

  it("is refused when it is something else, or an alias leads nowhere", () => {
    expect(parseTimeZones(null)).toBeUndefined();
    expect(
      parseTimeZones({ tzdata: "2025c", years: [2026, 2030], zones: { "Etc/UTC": {} }, aliases: {} }),
    ).toBeUndefined();
    const zones = { "Etc/UTC": { offset: 0 } };
    expect(parseTimeZones({ tzdata: "2025c", years: [2026, 2030], zones, aliases: { UTC: "UTC" } })).toBeUndefined();
    expect(parseTimeZones({ tzdata: "2025c", years: [2026, 2030], zones, aliases: { UTC: "Etc/UTC" } })).toBeDefined();
  });

  it("marks Morocco and Western Sahara only", () => {
    expect(allZones.filter(({ inexact }) => inexact).map(({ name }) => name)).toEqual([
      "Africa/Casablanca",
      "Africa/El_Aaiun",
    ]);
  });
});

const hour = 3_600_000;

/** Moments in the table's years when the phone's clock differs from Intl's. */
function wrongMoments(each: TimeZone): string[] {
  const { parameters } = flatTimeZone(each);
  const [expected, shown] = [localTime(each.name), phoneClock(parameters)];
  return moments(parameters["Daylight_Saving_Time_Rule"], [expected, shown])
    .filter((at) => expected(at) !== shown(at))
    .map((at) => `${each.name} at ${new Date(at).toISOString()}`);
}

/** Each month's start, each half day of the months of a change, and each quarter of an hour of one in which a clock is put. */
function moments(rule: string | undefined, clocks: readonly ((at: number) => number)[]): number[] {
  const [first = 0, last = 0] = table.years;
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const starts = years.flatMap((year) => Array.from({ length: 12 }, (_, month) => Date.UTC(year, month, 1)));
  const changing = [...(rule ?? "").matchAll(/(?:start|end)=(\d+)/g)].map(([, month]) => Number(month));
  const halfDays = years.flatMap((year) =>
    changing.flatMap((month) => range(Date.UTC(year, month - 1, 0), Date.UTC(year, month, 2), 12 * hour)),
  );
  const put = halfDays.filter((at) => clocks.some((clock) => clock(at + 12 * hour) - clock(at) !== 12 * hour));
  return [...starts, ...halfDays, ...put.flatMap((at) => range(at, at + 12 * hour, hour / 4))];
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

/** The phone's side: reads the parameters as Cisco's guide describes them, sharing nothing with the code under test. */
function phoneClock(parameters: Readonly<Record<string, string>>): (at: number) => number {
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(parameters["Time_Zone"] ?? "?") ?? ["", "", 99];
  const [more = 0, moreMinutes = 0] = (parameters["Time_Offset__HH_mm_"] || "0/0").split("/").map(Number);
  const zoneOffset = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  const standard = (zoneOffset + more * 60 + moreMinutes) * 60_000;
  if (parameters["Daylight_Saving_Time_Enable"] !== "Yes") return (at) => at + standard;
  const rule = new Map(
    (parameters["Daylight_Saving_Time_Rule"] ?? "").split(";").map((part) => part.split("=") as [string, string]),
  );
  const [saveHours = 0, saveMinutes = 0] = (rule.get("save") ?? "").split(":").map(Number);
  const save = (saveHours * 60 + saveMinutes) * 60_000;
  const startIn = yearly(rule.get("start") ?? "");
  const endIn = yearly(rule.get("end") ?? "");
  return (at) => {
    const wall = at + standard;
    const year = new Date(wall).getUTCFullYear();
    const [start, end] = [startIn(year), endIn(year) - save];
    const isSummer = start < end ? wall >= start && wall < end : wall >= start || wall < end;
    return wall + (isSummer ? save : 0);
  };
}

function yearly(part: string): (year: number) => number {
  const [month = 0, day = 0, weekday = 0, time = ""] = part
    .split("/")
    .map((piece, at) => (at < 3 ? Number(piece) : piece)) as [number, number, number, string];
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  const known = new Map<number, number>();
  return (year) => {
    const cached = known.get(year);
    if (cached !== undefined) return cached;
    const date = new Date(day < 0 ? Date.UTC(year, month, day + 1) : Date.UTC(year, month - 1, day));
    const step = day < 0 ? -1 : 1;
    while ((date.getUTCDay() || 7) !== weekday) date.setUTCDate(date.getUTCDate() + step);
    const moment = date.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000;
    known.set(year, moment);
    return moment;
  };
}

/** Intl's wall clock, as if it were UTC. */
function localTime(name: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return (at) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at)) ?? [];
    return at + (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  };
}
