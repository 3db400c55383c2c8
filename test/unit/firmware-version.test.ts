import { describe, expect, it } from "vitest";
import { compareFirmware, type FirmwareVersion, parseFirmwareVersion } from "../../server/domain/firmware-version.ts";

function read(text: string): FirmwareVersion {
  const version = parseFirmwareVersion(text);
  if (!version) throw new Error(`${text} has no version`);
  return version;
}

describe("the version of a load", () => {
  it.each([
    ["SIP42.9-4-2SR3-1S", [9, 4, 2], 3, [1]],
    ["SIP41.8-5-2S", [8, 5, 2], 0, []],
    ["SIP41.8-3-4SR1S", [8, 3, 4], 1, []],
    ["sip9971.9-2-3-27", [9, 2, 3], 0, [27]],
    ["sip78xx.12-5-1SR1-4", [12, 5, 1], 1, [4]],
    ["sip8845_65.12-5-1SR1-4", [12, 5, 1], 1, [4]],
    ["sip88xx.14-2-1-0101-10", [14, 2, 1], 0, [101, 10]],
    ["sip88xx.11-0-1MPP-312", [11, 0, 1], 0, [312]],
    ["sip88xx.11-3-2MPP0001-609", [11, 3, 2], 0, [1, 609]],
    ["sip88xx.11-3-1MSR1-1", [11, 3, 1], 1, [1]],
    ["sip88xx.12.0.1MPP0001.245", [12, 0, 1], 0, [1, 245]],
    ["sip88xx.TLexE2M-11-2-3C-12", [11, 2, 3], 3, [12]],
    ["spa50x-30x-7-6-2f", [7, 6, 2], 6, []],
    ["spa525g-7-6-2e", [7, 6, 2], 5, []],
    ["spa50x-30x-7-6-2SR5", [7, 6, 2], 5, []],
    ["P0S3-08-12-00", [8, 12, 0], 0, []],
    ["P003-07-5-00", [7, 5, 0], 0, []],
    ["P0S30203", [2, 3, 0], 0, []],
    ["P00307050000", [7, 5, 0], 0, []],
    ["PHONEOS.4-1-1-0101-76", [4, 1, 1], 0, [101, 76]],
    ["PHONEOS-9861.4-1-1-0101-76", [4, 1, 1], 0, [101, 76]],
    ["ATA19x.11-1-0MPP-16", [11, 1, 0], 0, [16]],
    ["ATA19x.11-2-4MPP0001-013", [11, 2, 4], 0, [1, 13]],
    ["11-1-0MPP-16", [11, 1, 0], 0, [16]],
    ["12.0.2", [12, 0, 2], 0, []],
    ["11.0", [11, 0, 0], 0, []],
    ["7.4.8a", [7, 4, 8], 1, []],
    ["6.1.5(a)", [6, 1, 5], 1, []],
  ])("%s is read as it is written", (text, release, service, build) => {
    expect(read(text)).toEqual({ release, service, build });
  });

  it.each(["1.", "sip88xx.12-0-", "12.0.1SR"].map((beginning) => beginning + "9".repeat(400)))(
    "is not in numbers that are none: %#",
    (text) => expect(parseFirmwareVersion(text)).toBeUndefined(),
  );

  it.each(["", "sip88xx", "sip88xx-1", "sip88xx.12", "spa50x-30x", "PHONEOS-9861", "term41.default", "none"])(
    "is not in %j",
    (text) => expect(parseFirmwareVersion(text)).toBeUndefined(),
  );
});

describe("of two loads", () => {
  it.each([
    ["SIP41.8-3-2S", "8-3-3"],
    ["8-5-2", "SIP41.8-5-2SR1S"],
    ["SIP41.8-5-4S", "SIP41.9-0-3S"],
    ["SIP42.9-4-2SR3-1S", "SIP42.9-4-2SR3-2S"],
    ["sip88xx.11-3-7MPP0001-291", "12.0.2"],
    ["sip88xx.9-3-2-10", "sip88xx.14-2-1-0101-10"],
    ["11.0", "sip88xx.11-0-1MPP-312"],
    ["7.4.8a", "spa50x-30x-7-4-9c"],
    ["7.4.9a", "7.4.9c"],
    ["P0S30203", "P0S3-08-12-00"],
    ["PHONEOS.4-1-1-0101-76", "PHONEOS.4-1-1-0102-3"],
  ])("%s is older than %s", (older, newer) => {
    expect(compareFirmware(read(older), read(newer))).toBeLessThan(0);
    expect(compareFirmware(read(newer), read(older))).toBeGreaterThan(0);
  });

  it.each([
    ["12.0.1", "sip88xx.12.0.1MPP0001.245"],
    ["11-1-0MPP-16", "ATA19x.11-1-0MPP-16"],
    ["7.6.2f", "spa50x-30x-7-6-2f"],
    ["11.0", "11.0.0"],
  ])("%s and %s are the same as far as both say it", (one, other) => {
    expect(compareFirmware(read(one), read(other))).toBe(0);
  });
});
