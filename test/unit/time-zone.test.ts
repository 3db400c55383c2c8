import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findTimeZone, type TimeZone, type TimeZoneTable } from "../../server/domain/time-zone.ts";
import { enterpriseTimeZone } from "../../server/domain/time-zone-dialects.ts";
import { ataTimeZone, flatTimeZone, spaTimeZone } from "../../server/domain/time-zone-flat.ts";
import { textTimeZone } from "../../server/domain/time-zone-text.ts";

const table: TimeZoneTable = JSON.parse(readFileSync("profiles/time-zones.json", "utf8"));

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

  it("gets the rules that countries have taken in 2026", () => {
    const shown = ["Africa/Casablanca", "America/Edmonton", "America/Vancouver", "America/Winnipeg"].map((name) =>
      flatTimeZone(zone(name)),
    );
    expect(shown).toEqual(
      ["GMT", "GMT-06:00", "GMT-07:00", "GMT-05:00"].map((Time_Zone) => ({ parameters: { ...none, Time_Zone } })),
    );
  });

  it("in Havana gets the offset of the coming year, and people are told", () => {
    const { parameters, inexact } = flatTimeZone(zone("America/Havana"));
    expect(parameters).toEqual({ ...none, Time_Zone: "GMT-04:00" });
    expect(inexact).toMatch(/until 7 November 2027/);
  });
});

describe("an SPA phone", () => {
  it("gets the zones that its list lacks as the one below and an offset", () => {
    expect(spaTimeZone(zone("Asia/Kabul")).parameters).toEqual({
      ...none,
      Time_Zone: "GMT+04:00",
      Time_Offset__HH_mm_: "00/30",
    });
    expect(spaTimeZone(zone("Pacific/Kiritimati")).parameters).toEqual({
      ...none,
      Time_Zone: "GMT+13:00",
      Time_Offset__HH_mm_: "01/00",
    });
    expect(flatTimeZone(zone("Asia/Kabul")).parameters["Time_Zone"]).toBe("GMT+04:30");
  });
});

describe("an analogue adapter", () => {
  it("gets a code for the offset and its own rule, which goes before the built-in one", () => {
    expect(ataTimeZone(zone("Europe/Berlin"))).toEqual({
      parameters: {
        Time_Zone: "+01 2 2",
        Auto_Adjust_Clock: "1",
        Daylight_Saving_Time_Rule: "start=3/-1/7/02:00:00;end=10/-1/7/03:00:00;save=1:00",
      },
    });
    expect(ataTimeZone(zone("America/Los_Angeles"))).toMatchObject({ parameters: { Time_Zone: "-08 1 1" } });
  });

  it("is told to leave the clock alone where there is no daylight time", () => {
    expect(ataTimeZone(zone("Africa/Lagos"))).toEqual({ parameters: { Time_Zone: "+01 2 2", Auto_Adjust_Clock: "0" } });
  });

  it("has no code for Kathmandu, and a doubtful one for Norfolk", () => {
    expect(ataTimeZone(zone("Asia/Kathmandu"))).toEqual({ cannot: "the adapter has no code for +05:45" });
    expect(ataTimeZone(zone("Pacific/Norfolk"))).toMatchObject({ inexact: expect.stringMatching(/may refuse/) });
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
    expect(enterpriseTimeZone(zone("Africa/Lagos")).inexact).toMatch(/older loads/);
  });

  it.each([
    ["America/Mexico_City", "Canada Central Standard Time", "America/Regina"],
    ["America/Vancouver", "US Mountain Standard Time", "America/Phoenix"],
    ["America/Ciudad_Juarez", "Mountain Standard/Daylight Time", "America/Denver"],
    ["Europe/Chisinau", "GTB Standard/Daylight Time", "Europe/Athens"],
  ])("in %s gets the tz name of a clock that has not changed since 2018", (name, timeZone, olsonTimeZone) => {
    expect(enterpriseTimeZone(zone(name))).toEqual({ parameters: { timeZone, olsonTimeZone } });
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
    expect(textTimeZone(zone("America/New_York"))).toMatchObject({
      parameters: {
        time_zone: "EST",
        dst_start_month: "March",
        dst_start_week_of_month: "2",
        dst_stop_month: "November",
        dst_stop_week_of_month: "1",
        dst_stop_time: "02/00",
      },
    });
  });

  it("gets hours where no abbreviation is known, and a note where they are not whole", () => {
    expect(textTimeZone(zone("Europe/Athens"))).toMatchObject({ parameters: { time_zone: "2" } });
    expect(textTimeZone(zone("America/Phoenix"))).toEqual({ parameters: { time_zone: "-7", dst_auto_adjust: "0" } });
    expect(textTimeZone(zone("Asia/Kolkata"))).toMatchObject({
      parameters: { time_zone: "5/30" },
      inexact: expect.stringMatching(/part of an hour/),
    });
  });

  it("in Santiago gets the midnight after the first Saturday, not the Sunday on or after the 2nd", () => {
    expect(textTimeZone(zone("America/Santiago"))).toMatchObject({
      parameters: {
        dst_start_month: "September",
        dst_start_day_of_week: "Sat",
        dst_start_week_of_month: "1",
        dst_start_time: "23/59",
        dst_stop_month: "April",
        dst_stop_day_of_week: "Sat",
        dst_stop_week_of_month: "1",
        dst_stop_time: "23/59",
      },
      inexact: expect.stringMatching(/a minute early/),
    });
  });

  it("cannot be told of Israel's last Friday before the last Sunday", () => {
    expect(textTimeZone(zone("Asia/Jerusalem"))).toHaveProperty("cannot");
  });
});
