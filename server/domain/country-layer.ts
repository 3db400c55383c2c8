import type { Country } from "./country.ts";
import { atOnceOrNot, besideUrgent, type DialRule } from "./dial-plan.ts";
import { inCommon, type NumberSet, parseNumbers } from "./number-patterns.ts";
import type { ResolvedSettings, SettingsLayer } from "./settings.ts";

/** What a country brings with it, given the lengths of extensions and the prefix for calls outside. */
export function countryLayer(country: Country, settings: ResolvedSettings): SettingsLayer {
  const { clock, code, dateFormat, language, tones } = country;
  const emergency = emergencyOf(country, settings);
  const { stutterDial, ...common } = tones;
  const named = Object.entries(common).map(([name, tone]) => [`tones.${name}`, tone]);
  return {
    layer: "country",
    id: code,
    settings: {
      "phone.language": language,
      "time.dateFormat": dateFormat,
      "time.clock": clock,
      "phone.emergencyNumbers": emergency,
      "dial.plan": countryPlan({ ...country, emergency }, insideOf(settings)),
      ...Object.fromEntries(named),
      ...(stutterDial && { "tones.stutter": stutterDial }),
    },
  };
}

/** What people set counts; a value that nobody set is no reason to forget the country's numbers. */
function emergencyOf({ emergency }: Country, settings: ResolvedSettings): string[] {
  const asked = settings.get("phone.emergencyNumbers");
  return asked && asked.layer !== "family" ? (asked.value as string[]) : emergency;
}

/** What of a country decides how it dials. */
export type NumberedCountry = Pick<Country, "emergency" | "numbers">;

/** What people dial inside: extensions of these lengths, and a prefix before public numbers when there is one. */
export interface InsideNumbers {
  readonly lengths: readonly number[];
  readonly prefix: string;
}

function insideOf(settings: ResolvedSettings): InsideNumbers {
  return {
    lengths: (settings.get("dial.extensionLengths")?.value ?? []) as readonly number[],
    prefix: String(settings.get("dial.outsidePrefix")?.value ?? ""),
  };
}

/**
 * The dial plan of a country: a complete number is dialled at once, and waits only where it may be the beginning of a
 * longer one. Emergency numbers themselves are put before it where the plan is used; with the prefix for calls outside
 * before them they are dialled at once as well, since that is what people do who always dial the prefix.
 */
export function countryPlan(country: NumberedCountry, { lengths, prefix }: InsideNumbers): readonly DialRule[] {
  const outside = outsideNumbers(country, prefix);
  const prefixed = prefix === "" ? [] : country.emergency.map((number) => prefix + number);
  const urgent = [...country.emergency, ...prefixed];
  const inside = [...lengths].sort((a, b) => a - b).map((length) => parseNumbers("x".repeat(length)));
  const others = [...urgent.map(parseNumbers), ...inside];
  const rules = [
    ...inside.flatMap((numbers) => atOnceOrNot(numbers, [...others, ...outside])),
    ...outside.flatMap((numbers) => atOnceOrNot(numbers, [...others, ...outside.filter(goesOnAfter(numbers))])),
  ].flatMap((rule) => besideUrgent(rule, urgent));
  return [...prefixed.map((match) => ({ match, wait: 0 })), ...rules];
}

/** An open format is no longer than the fixed ones of its range, which are the longest numbers there are (profiles/countries). */
function goesOnAfter({ places: { length } }: NumberSet): (other: NumberSet) => boolean {
  return ({ open, places }) => places.length > length || (open && places.length === length);
}

/** Every public number as it is dialled here, and those abroad. */
function outsideNumbers({ numbers }: NumberedCountry, prefix: string): NumberSet[] {
  const formats = [...numbers.formats.map(({ match }) => match), `${numbers.international}xxxxxxx.`];
  return formats.map((match) => parseNumbers(prefix + match));
}

/**
 * An emergency number that the prefix and the beginning of an ordinary number make together, such as 0 and 62… in Spain:
 * phones dial it at once. Undefined when there is none.
 */
export function misledByPrefix(
  country: NumberedCountry,
  prefix: string,
  emergency: readonly string[],
): string | undefined {
  if (prefix === "") return undefined;
  const ordinary = outsideNumbers(country, prefix);
  return emergency.find((number) => {
    const urgent = parseNumbers(number);
    return ordinary.some((numbers) => urgent.places.length <= numbers.places.length && inCommon(numbers, urgent));
  });
}
