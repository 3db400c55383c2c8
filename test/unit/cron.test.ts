import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cronFault, isCron, isZone, nextTime } from "../../server/lib/cron.ts";

// node-cron tells the next time by this computer's clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-22T15:07:30Z") }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the next time", () => {
  test.each([
    ["8 * * * *", "UTC", "2026-11-22T15:08:00Z"],
    ["7 * * * *", "UTC", "2026-11-22T16:07:00Z"],
    ["14,15 * * * *", "UTC", "2026-11-22T15:14:00Z"],
    ["15 * * * *", "UTC", "2026-11-22T15:15:00Z"],
    ["*/20 * * * *", "UTC", "2026-11-22T15:20:00Z"],
    ["59 * * * *", "UTC", "2026-11-22T15:59:00Z"],
    ["1 * * * *", "UTC", "2026-11-22T16:01:00Z"],
    ["52 20 * * *", "Asia/Kathmandu", "2026-11-23T15:07:00Z"],
    ["53 20 * * *", "Asia/Kathmandu", "2026-11-22T15:08:00Z"],
    ["0 22 * * mon-fri", "Europe/Prague", "2026-11-23T21:00:00Z"],
    ["37 4 29 2 *", "UTC", "2028-02-29T04:37:00Z"],
    ["59 23 LW 2-4/2 ?", "UTC", "2027-02-26T23:59:00Z"],
    ["10 0 * * 5#5", "UTC", "2027-01-29T00:10:00Z"],
    ["5,5,5 6,6 L,L 12 7,0", "UTC", "2028-12-31T06:05:00Z"],
    // On 2027-03-14 clocks go from 02:00 to 03:00 in New York: that day has none.
    ["17 2 14,21 3 *", "America/New_York", "2027-03-21T06:17:00Z"],
    // On 2026-10-04 they went from 02:00 to 02:30 at Lord Howe, as on 2027-10-03: a quarter to three is left.
    ["20,46 2 1-7 10 0", "Australia/Lord_Howe", "2027-10-02T15:46:00Z"],
  ])("of %j in %s is %s", (cron, zone, next) => {
    expect(nextTime({ cron, zone })).toEqual(new Date(next));
  });

  test.each([
    ["0 0 30 2 *", "UTC"],
    ["30 2 * 3 0L", "Europe/Prague"],
    ["0 0 * * *", "Mars/Olympus"],
  ])("of %j in %s is none", (cron, zone) => {
    expect(nextTime({ cron, zone })).toBeUndefined();
  });
});

// A phone is not answered while one is read: what is counted is how often a time is worked out in a zone, some 20 µs each.
test.each([
  ["* 2 * 3 0L", "Europe/Prague"],
  [`${"*,".repeat(10)}* 2,2,2,2,2,2 * 3 0L`, "Europe/Prague"],
  ["0-59,1-59,2-59,*,*/1 2-2,2-2,2 * 3 0L,7L", "Europe/Prague"],
  ["* 1,2 * 3 0L", "Antarctica/Troll"],
  ["* 2 8-14 3 0", "America/New_York"],
])("a text that names no time that ever comes is found out without going through its minutes: %s", (cron, zone) => {
  const workedOut = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  expect(cronFault({ cron, zone })).toBe(`names no time that ever comes in ${zone}`);
  expect(workedOut.mock.calls.length).toBeGreaterThan(100);
  expect(workedOut.mock.calls.length).toBeLessThan(5000);
});

// Each would be a list of millions before it was looked at.
test.each([
  ["0-999999999 * * * *", "names no time: 0-999999999 is a invalid expression for minute"],
  ["* * * 0-decdecdecdecdec *", "names no time: 0-decdecdecdecdec is a invalid expression for month"],
  ["* * * * 0-satsatsatsatsatsat/2", "names no time: 0-satsatsatsatsatsat is a invalid expression for week day"],
])("a range to a number that is none of the field's is refused: %s", (cron, fault) => {
  expect(cronFault({ cron, zone: "UTC" })).toBe(fault);
  expect(isCron(cron)).toBe(false);
});

test.each(["31-30 0 31-1 2 mon-fri", "*/15 22-4/2 L-3,15W 11-feb 7,1#2,5L"])(
  "what node-cron reads is read: %s",
  (cron) => {
    expect(isCron(cron)).toBe(true);
    expect(cronFault({ cron, zone: "UTC" })).toBeUndefined();
  },
);

test.each([
  ["UTC", true],
  ["Europe/Prague", true],
  ["Europe/Kiev", true],
  ["Etc/GMT+5", true],
  ["Mars/Olympus", false],
  ["", false],
  // An offset is no place: newer versions of Node take it.
  ["+05:37", false],
  ["-03:00", false],
])("a time zone is a name of the IANA database: %s: %s", (name, is) => {
  expect(isZone(name)).toBe(is);
});
