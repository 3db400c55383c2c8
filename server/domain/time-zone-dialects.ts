import { findTimeZone, type PhoneTimeZone, type TimeZone, type TimeZoneTable, type ZoneAnswer } from "./time-zone.ts";
import { ataTimeZone, flatTimeZone, spaTimeZone } from "./time-zone-flat.ts";
import { textTimeZone } from "./time-zone-text.ts";

/** By the `dialect` that the rows of a family name; the families that speak it stand behind. */
export const timeZoneDialects: Readonly<Record<string, (zone: TimeZone) => ZoneAnswer>> = {
  flat: flatTimeZone, // MPP, PhoneOS
  spa: spaTimeZone,
  ata: ataTimeZone,
  enterprise: enterpriseTimeZone,
  text: textTimeZone, // 7940/60
};

/** The dialects whose phones will not always show the time of this zone, and why; none for a name that is no zone. */
export function dialectsThatCannot(
  table: TimeZoneTable,
  name: string,
): readonly { readonly dialect: string; readonly reason: string }[] {
  const zone = findTimeZone(table, name);
  if (!zone) return [];
  return Object.entries(timeZoneDialects).flatMap(([dialect, tell]) => {
    const answer = tell(zone);
    const reason = "cannot" in answer ? answer.cannot : answer.inexact;
    return reason === undefined ? [] : [{ dialect, reason }];
  });
}

/**
 * Enterprise loads: `timeZone` from Cisco's list, which older loads know only, and `olsonTimeZone`, which newer ones
 * prefer: right for every zone as far as the phone's own tz database is, hence the other name for zones that have changed
 * since. `inexact` speaks of the older loads.
 */
export function enterpriseTimeZone(zone: TimeZone): PhoneTimeZone {
  const olsonTimeZone = zone.olson ?? zone.name;
  if (zone.cisco === undefined) {
    return { parameters: { olsonTimeZone }, inexact: "Cisco's list has no name with this offset for older loads" };
  }
  const parameters = { timeZone: zone.cisco, olsonTimeZone };
  if (zone.ciscoExact !== false) return { parameters };
  return { parameters, inexact: zone.inexact ?? `older loads: "${zone.cisco}" may differ for part of the year` };
}
