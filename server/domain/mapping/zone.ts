import {
  ataTimeZone,
  enterpriseTimeZone,
  findTimeZone,
  flatTimeZone,
  type PhoneTimeZone,
  type TimeZone,
  type TimeZoneTable,
  textTimeZone,
} from "../time-zone.ts";

type Part = { readonly value: string | undefined } | { readonly cannot: string };

const dialects: Readonly<Record<string, (zone: TimeZone) => PhoneTimeZone | undefined>> = {
  flat: flatTimeZone,
  ata: ataTimeZone,
  enterprise: enterpriseTimeZone,
  text: textTimeZone,
};

/** One parameter of a zone as a dialect writes it; undefined where that zone needs none. */
export function zonePart(table: TimeZoneTable, name: string, dialect: string, part: string): Part {
  const zone = findTimeZone(table, name);
  if (!zone) return { cannot: `there is no time zone "${name}"` };
  const written = dialects[dialect]?.(zone);
  return written ? { value: written.parameters[part] } : { cannot: `this phone can't express the rules of ${name}` };
}
