import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { amendments } from "../../profiles/time-zones.amendments.ts";
import { formatTimeZones, generateTimeZones } from "../../profiles/time-zones.generate.ts";
import { findTimeZone, parseTimeZones, type TimeZone, type TimeZoneTable } from "../../server/domain/time-zone.ts";
import { intlClock } from "../support/phone-clock-intl.ts";

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
    const months = Array.from({ length: 36 }, (_, month) => Date.UTC(2027, month, 1));
    const wrong = Object.entries(table.aliases).filter(([alias, name]) => {
      const [one, other] = [intlClock(alias), intlClock(name)];
      return !table.zones[name] || months.some((at) => one(at) !== other(at));
    });
    expect(wrong).toEqual([]);
  });

  it("is of 2025c with the changes up to 2026f, and differs from 2025c in these zones only", () => {
    expect([table.tzdata, table.amendedTo]).toEqual(["2025c", "2026f"]);
    expect(Object.keys(amendments)).toEqual([
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

  it("knows a zone by its new and its old names, and no other word", () => {
    expect(["Europe/Kyiv", "Europe/Kiev"].map((name) => zone(name).name)).toEqual(["Europe/Kiev", "Europe/Kiev"]);
    expect(["Asia/Calcutta", "Asia/Kolkata"].map((name) => zone(name).name)).toEqual(["Asia/Kolkata", "Asia/Kolkata"]);
    expect(zone("Etc/UTC")).toEqual(zone("UTC"));
    expect(findTimeZone(table, "Europe/Atlantis")).toBeUndefined();
    expect(findTimeZone(table, "constructor")).toBeUndefined();
  });

  it("names a zone of the same clock for those that a phone's own data of 2018 has otherwise", () => {
    const others = allZones.filter(({ olson }) => olson !== undefined);
    expect(others.length).toBe(34);
    const wrong = others.filter(({ offset, dst, olson }) => {
      const other = table.zones[olson ?? ""];
      return (
        other?.olson !== undefined || JSON.stringify([other?.offset, other?.dst]) !== JSON.stringify([offset, dst])
      );
    });
    expect(wrong).toEqual([]);
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

  it("marks Cuba only", () => {
    expect(allZones.filter(({ inexact }) => inexact).map(({ name }) => name)).toEqual(["America/Havana"]);
  });
});
