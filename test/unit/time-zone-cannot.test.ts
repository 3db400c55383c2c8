import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { zonePart } from "../../server/domain/mapping/zone.ts";
import type { TimeZoneTable } from "../../server/domain/time-zone.ts";
import { dialectsThatCannot, timeZoneDialects } from "../../server/domain/time-zone-dialects.ts";

const table: TimeZoneTable = JSON.parse(readFileSync("profiles/time-zones.json", "utf8"));

const cuba = "Cuba stays on summer time until 7 November 2027, and its yearly changes come back then";
const olderLoads = (name: string) => `older loads: "${name}" may differ for part of the year`;

/** Everything that a dialect can't say, or of which it is not known whether the phone understands it. */
const cannot: readonly [dialect: string, reason: string, zones: string][] = [
  ["flat", cuba, "America/Havana"],
  ["spa", cuba, "America/Havana"],
  ["ata", cuba, "America/Havana"],
  [
    "ata",
    "the adapter's code for this offset may refuse daylight time",
    "America/Adak America/Godthab America/Scoresbysund Pacific/Norfolk",
  ],
  ["ata", "the adapter has no code for -09:30", "Pacific/Marquesas"],
  ["ata", "the adapter has no code for +03:30", "Asia/Tehran"],
  ["ata", "the adapter has no code for +04:30", "Asia/Kabul"],
  ["ata", "the adapter has no code for +05:45", "Asia/Kathmandu"],
  ["ata", "the adapter has no code for +06:30", "Asia/Yangon Indian/Cocos"],
  ["ata", "the adapter has no code for +08:45", "Australia/Eucla"],
  ["ata", "the adapter has no code for +10:30", "Australia/Lord_Howe"],
  ["ata", "the adapter has no code for +12:45", "Pacific/Chatham"],
  [
    "ata",
    "the adapter has no code for +13:00",
    "Etc/GMT-13 Pacific/Apia Pacific/Enderbury Pacific/Fakaofo Pacific/Tongatapu",
  ],
  ["ata", "the adapter has no code for +14:00", "Etc/GMT-14 Pacific/Kiritimati"],
  ["text", cuba, "America/Havana"],
  [
    "text",
    "the phone knows the first to fourth or the last weekday of a month, and a clock change here is on another",
    "America/Godthab America/Scoresbysund Asia/Gaza Asia/Hebron Asia/Jerusalem",
  ],
  ["text", "the clock is put a minute early, at 23:59 instead of midnight", "Africa/Cairo America/Santiago"],
  [
    "text",
    "no published file shows a part of an hour",
    "America/St_Johns Asia/Colombo Asia/Kabul Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Yangon Australia/Adelaide " +
      "Australia/Broken_Hill Australia/Darwin Australia/Eucla Australia/Lord_Howe Indian/Cocos Pacific/Chatham " +
      "Pacific/Marquesas",
  ],
  ["enterprise", cuba, "America/Havana"],
  [
    "enterprise",
    "Cisco's list has no name with this offset for older loads",
    "Asia/Kathmandu Asia/Yangon Australia/Eucla Australia/Lord_Howe Etc/GMT-13 Etc/GMT-14 Indian/Cocos Pacific/Apia " +
      "Pacific/Chatham Pacific/Enderbury Pacific/Fakaofo Pacific/Kiritimati Pacific/Marquesas Pacific/Tongatapu",
  ],
  [
    "enterprise",
    olderLoads("W. Europe Standard/Daylight Time"),
    "Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville " +
      "Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo Africa/Tunis Etc/GMT-1",
  ],
  [
    "enterprise",
    olderLoads("Mid-Atlantic Standard/Daylight Time"),
    "America/Godthab America/Noronha America/Scoresbysund Atlantic/South_Georgia Etc/GMT+2",
  ],
  ["enterprise", olderLoads("GTB Standard/Daylight Time"), "Asia/Beirut Asia/Gaza Asia/Hebron"],
  ["enterprise", olderLoads("Azores Standard/Daylight Time"), "Atlantic/Cape_Verde Etc/GMT+1"],
  ["enterprise", olderLoads("Pacific Standard/Daylight Time"), "Etc/GMT+8 Pacific/Pitcairn"],
  ["enterprise", olderLoads("Alaskan Standard/Daylight Time"), "Etc/GMT+9 Pacific/Gambier"],
  ["enterprise", olderLoads("Egypt Standard/Daylight Time"), "Africa/Cairo"],
  ["enterprise", olderLoads("Hawaiian Standard Time"), "America/Adak"],
  ["enterprise", olderLoads("SA Eastern Standard Time"), "America/Miquelon"],
  ["enterprise", olderLoads("Pacific SA Standard Time"), "America/Santiago"],
  ["enterprise", olderLoads("Newfoundland Standard/Daylight Time"), "America/St_Johns"],
  ["enterprise", olderLoads("GMT Standard/Daylight Time"), "Antarctica/Troll"],
  ["enterprise", olderLoads("Jerusalem Standard/Daylight Time"), "Asia/Jerusalem"],
  ["enterprise", olderLoads("Iran Standard/Daylight Time"), "Asia/Tehran"],
  ["enterprise", olderLoads("Canada Central Standard Time"), "Pacific/Easter"],
  ["enterprise", olderLoads("Central Pacific Standard Time"), "Pacific/Norfolk"],
];

describe("zones that a dialect can't express", () => {
  it.each(Object.keys(timeZoneDialects))("of %s are these and no others", (dialect) => {
    const found = Object.keys(table.zones).flatMap((name) =>
      dialectsThatCannot(table, name)
        .filter((each) => each.dialect === dialect)
        .map(({ reason }) => `${name}: ${reason}`),
    );
    const expected = cannot
      .filter(([of]) => of === dialect)
      .flatMap(([, reason, zones]) => zones.split(" ").map((name) => `${name}: ${reason}`));
    expect(found.sort()).toEqual(expected.sort());
  });

  it("are named with each dialect when one is chosen, also by an old name", () => {
    const jerusalem = [
      { dialect: "enterprise", reason: olderLoads("Jerusalem Standard/Daylight Time") },
      {
        dialect: "text",
        reason:
          "the phone knows the first to fourth or the last weekday of a month, and a clock change here is on another",
      },
    ];
    expect(dialectsThatCannot(table, "Asia/Jerusalem")).toEqual(jerusalem);
    expect(dialectsThatCannot(table, "Asia/Tel_Aviv")).toEqual(jerusalem);
  });

  it("are none of Europe's common ones, and no word that is no zone", () => {
    for (const name of [
      "Europe/Zagreb",
      "Europe/Athens",
      "America/New_York",
      "UTC",
      "Europe/Atlantis",
      "constructor",
    ]) {
      expect(dialectsThatCannot(table, name), name).toEqual([]);
    }
  });

  it("keep the phone from a part of the rule, with the reason", () => {
    expect(zonePart(table, "Asia/Jerusalem", "text", "time_zone")).toEqual({
      cannot:
        "this phone can't be told the time zone Asia/Jerusalem: the phone knows the first to fourth or the last weekday " +
        "of a month, and a clock change here is on another",
    });
    expect(zonePart(table, "Europe/Athens", "text", "time_zone")).toEqual({ value: "2" });
    expect(zonePart(table, "Mars/Base", "flat", "Time_Zone")).toEqual({ cannot: 'there is no time zone "Mars/Base"' });
    expect(zonePart(table, "Europe/Athens", "klingon", "x")).toMatchObject({
      cannot: expect.stringMatching(/klingon/),
    });
  });
});

describe("the closed lists of the vocabularies", () => {
  const enumerated = ["mpp", "phoneos", "spa", "sip79xx"].flatMap((id) => {
    const rows = JSON.parse(readFileSync(`profiles/cisco/${id}.family.json`, "utf8")).mapping;
    return rows
      .filter((row: { from?: string }) => row.from === "time.zone")
      .map(({ to, with: { dialect, part } }: { to: string; with: { dialect: string; part: string } }) => ({
        id,
        dialect,
        part,
        values: valuesOf(id, to),
      }))
      .filter(({ values }: { values: readonly string[] }) => values.length > 1);
  });

  it.each(enumerated)("have every value that $id is given for $part", ({ dialect, part, values }) => {
    const given = Object.keys(table.zones).map((name) => zonePart(table, name, dialect, part));
    const unknown = given.filter((each) => "value" in each && each.value !== undefined && !values.includes(each.value));
    expect(unknown).toEqual([]);
  });

  function valuesOf(id: string, name: string): string[] {
    const lines = readFileSync(`profiles/vocabulary/${id}.tsv`, "utf8").split("\n");
    const header = lines.find((line) => line.startsWith("name\t"))?.split("\t") ?? [];
    const cells = lines.find((line) => line.startsWith(`${name}\t`))?.split("\t") ?? [];
    return (cells[header.findIndex((column) => /values|range|allowed/.test(column))] ?? "").split("|");
  }
});
