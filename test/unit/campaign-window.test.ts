import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchWindow } from "../../server/campaigns/window.ts";
import type { CampaignWindow } from "../../server/domain/campaign.ts";

// node-cron tells the next time by this computer's clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function whyClosed(window: CampaignWindow, at: string): string | undefined {
  vi.setSystemTime(at);
  return watchWindow({ window })(Date.parse(at));
}

describe("a window", () => {
  const night: CampaignWindow = { cron: "0 22 * * *", minutes: 420, zone: "Europe/Prague" };
  const friday: CampaignWindow = { ...night, cron: "0 22 * * 5" };
  const day: CampaignWindow = { cron: "0 9 * * *", minutes: 510, zone: "Europe/Prague" };
  const week: CampaignWindow = { cron: "0 0 * * 1", minutes: 10_080, zone: "Asia/Kathmandu" };
  const two: CampaignWindow = { cron: "0 2 * * *", minutes: 60, zone: "Europe/Prague" };
  const three: CampaignWindow = { cron: "0 3 * * *", minutes: 60, zone: "Europe/Athens" };
  test.each<[CampaignWindow, string, boolean]>([
    [day, "2026-07-01T06:59:59.999Z", false],
    [day, "2026-07-01T07:00:00Z", true],
    [day, "2026-07-01T15:29:59.999Z", true],
    [day, "2026-07-01T15:30:00Z", false],
    // In winter the clock there is an hour nearer to UTC.
    [day, "2026-01-05T07:30:00Z", false],
    [day, "2026-01-05T08:00:00Z", true],
    [night, "2026-07-01T20:00:00Z", true],
    [night, "2026-07-02T02:59:00Z", true],
    [night, "2026-07-02T03:00:00Z", false],
    // 2026-07-03 is a Friday; its night goes on into Saturday, and Saturday's own does not open.
    [friday, "2026-07-03T21:00:00Z", true],
    [friday, "2026-07-04T02:00:00Z", true],
    [friday, "2026-07-04T21:00:00Z", false],
    [friday, "2026-07-03T02:00:00Z", false],
    // A week from Monday to Monday, at a quarter to the hour of UTC.
    [week, "2026-07-05T18:14:59Z", true],
    [week, "2026-07-05T18:15:00Z", true],
    [{ ...week, minutes: 10_079 }, "2026-07-05T18:14:00Z", false],
    [{ ...week, minutes: 10_079 }, "2026-07-05T18:13:00Z", true],
    [{ ...week, cron: "50 0 * * 1", minutes: 60 }, "2026-07-05T19:30:00Z", true],
    // There the clock goes back by half an hour, from 02:00 to 01:30.
    [{ cron: "45 1 * * *", minutes: 20, zone: "Australia/Lord_Howe" }, "2027-04-03T15:10:00Z", false],
    [{ cron: "45 1 * * *", minutes: 20, zone: "Australia/Lord_Howe" }, "2027-04-03T15:30:00Z", true],
    // On 2027-03-28 clocks go from 02:00 to 03:00 in Prague, from 03:00 to 04:00 in Athens: what is left out opens nothing.
    [two, "2027-03-28T00:59:00Z", false],
    [two, "2027-03-28T01:00:00Z", false],
    [{ ...two, minutes: 180 }, "2027-03-28T01:00:00Z", false],
    [three, "2027-03-28T00:59:00Z", false],
    [three, "2027-03-28T01:00:00Z", false],
    [{ ...three, cron: "0 4 * * *" }, "2027-03-28T00:59:00Z", false],
    [{ ...three, cron: "0 4 * * *" }, "2027-03-28T01:00:00Z", true],
    // A night that is open then lasts as long as another: by the clock on the wall an hour longer.
    [night, "2027-03-28T03:59:00Z", true],
    [night, "2027-03-28T04:00:00Z", false],
    // On 2027-10-31 they go back, from 03:00 to 02:00 in Prague, from 04:00 to 03:00 in Athens: what is twice opens twice.
    [two, "2027-10-30T23:59:00Z", false],
    [two, "2027-10-31T00:00:00Z", true],
    [two, "2027-10-31T01:00:00Z", true],
    [two, "2027-10-31T01:59:00Z", true],
    [two, "2027-10-31T02:00:00Z", false],
    [{ ...two, minutes: 30 }, "2027-10-31T00:30:00Z", false],
    [{ ...two, minutes: 30 }, "2027-10-31T01:00:00Z", true],
    [three, "2027-10-30T23:59:00Z", false],
    [three, "2027-10-31T00:00:00Z", true],
    [three, "2027-10-31T01:59:00Z", true],
    [three, "2027-10-31T02:00:00Z", false],
    [night, "2027-10-31T02:59:00Z", true],
    [night, "2027-10-31T03:00:00Z", false],
  ])("%j is open at %s: %s", (window, at, isOpen) => {
    expect(whyClosed(window, at) === undefined).toBe(isOpen);
  });

  test.each<[CampaignWindow, string, string]>([
    [night, "2026-11-23T20:59:59Z", "waits for its window, which opens at 2026-11-23 22:00 in Europe/Prague"],
    [friday, "2026-11-23T21:00:00Z", "waits for its window, which opens at 2026-11-27 22:00 in Europe/Prague"],
    [night, "2026-07-01T12:00:00Z", "waits for its window, which opens at 2026-07-01 22:00 in Europe/Prague"],
    [two, "2027-03-28T00:30:00Z", "waits for its window, which opens at 2027-03-29 02:00 in Europe/Prague"],
  ])("that is closed says when it opens next, by the clock there: %j at %s", (window, at, words) => {
    expect(whyClosed(window, at)).toBe(words);
  });

  test("opens and closes while it is watched, and says the same until it does", () => {
    const ask = watchWindow({ window: night });
    const askAt = (at: string) => {
      vi.setSystemTime(at);
      return ask(Date.parse(at));
    };
    const first = "waits for its window, which opens at 2026-11-23 22:00 in Europe/Prague";
    expect(["19:00:00", "19:00:01", "20:30:00", "20:59:59.999"].map((at) => askAt(`2026-11-23T${at}Z`))).toEqual([
      first,
      first,
      first,
      first,
    ]);
    expect(askAt("2026-11-23T21:00:00Z")).toBeUndefined();
    expect(askAt("2026-11-24T03:59:59Z")).toBeUndefined();
    expect(askAt("2026-11-24T04:00:00Z")).toBe(first.replace("23 22", "24 22"));
    // Nobody looked at the minute when it opened, as where the process stood still.
    expect(askAt("2026-11-25T00:10:00Z")).toBeUndefined();
    // The clock was put back by a day and by an hour.
    expect(askAt("2026-11-23T20:00:00Z")).toBeDefined();
    expect(askAt("2026-11-24T22:00:00Z")).toBeUndefined();
    expect(askAt("2026-11-24T20:30:00Z")).toBeDefined();
  });

  test("says the opening that is next again when the clock is put back", () => {
    const ask = watchWindow({ window: night });
    const askAt = (at: string) => {
      vi.setSystemTime(at);
      return ask(Date.parse(at));
    };
    expect(askAt("2026-11-25T12:00:00Z")).toContain("opens at 2026-11-25 22:00");
    expect(askAt("2026-11-23T12:00:00Z")).toContain("opens at 2026-11-23 22:00");
  });

  test("that never opens says so, and is searched through once and no more until the clock is put back", () => {
    const ask = watchWindow({ window: { ...night, cron: "30 2 * 3 0L" } });
    const workedOut = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
    const askAt = (at: string) => {
      vi.setSystemTime(at);
      workedOut.mockClear();
      expect(ask(Date.parse(at))).toBe("waits for its window, which never opens in Europe/Prague");
      return workedOut.mock.calls.length > 100 ? "searched" : "known";
    };
    expect(askAt("2026-11-23T12:00:00Z")).toBe("searched");
    expect(askAt("2026-11-23T12:00:01Z")).toBe("known");
    expect(askAt("2026-11-23T12:01:00Z")).toBe("known");
    expect(askAt("2026-11-23T11:00:00Z")).toBe("searched");
    workedOut.mockRestore();
  });

  test.each([
    { from: "22:00", to: "05:00", zone: "Europe/Prague" },
    { ...night, cron: "61 * * * *" },
    { ...night, zone: "Mars/Olympus" },
  ])("that can't be read any more is closed: %j", (stored) => {
    expect(whyClosed(stored as CampaignWindow, "2026-07-01T21:00:00Z")).toBe(
      "waits for its window, which can't be read",
    );
  });

  test("that there is none of is always open", () => {
    expect(watchWindow({})(Date.parse("2026-07-01T21:00:00Z"))).toBeUndefined();
  });
});
