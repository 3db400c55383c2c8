import { findTimeZone, type TimeZoneTable } from "../time-zone.ts";
import { timeZoneDialects } from "../time-zone-dialects.ts";

type Part = { readonly value: string | undefined } | { readonly cannot: string };

/** One parameter of a zone as a dialect writes it; undefined where that zone needs none. */
export function zonePart(table: TimeZoneTable, name: string, dialect: string, part: string): Part {
  const zone = findTimeZone(table, name);
  if (!zone) return { cannot: `there is no time zone "${name}"` };
  const answer = timeZoneDialects[dialect]?.(zone);
  if (!answer || "cannot" in answer) {
    return { cannot: `this phone can't be told the time zone ${name}: ${answer?.cannot ?? `no dialect "${dialect}"`}` };
  }
  return { value: answer.parameters[part] };
}
