import { type Day, days, type Hours } from "../domain/campaign.ts";

/** Whether now (milliseconds since the epoch) is inside; by the clock on the wall there, also when it is put forward. */
export function isWithin({ from, to, zone, days: open = days }: Hours, now: number): boolean {
  const { day, minutes } = wallClock(zone, now);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start < end) return open.includes(day) && minutes >= start && minutes < end;
  return (open.includes(day) && minutes >= start) || (open.includes(dayBefore(day)) && minutes < end);
}

export function isZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const shape = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone: zone });
}

function wallClock(zone: string, now: number): { readonly day: Day; readonly minutes: number } {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const day = parts.get("weekday")?.toLowerCase() as Day;
  return { day, minutes: Number(parts.get("hour")) * 60 + Number(parts.get("minute")) };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function dayBefore(day: Day): Day {
  return days[(days.indexOf(day) + 6) % 7] as Day;
}
