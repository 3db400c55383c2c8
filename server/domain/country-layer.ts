import type { Country } from "./country.ts";
import { classDigits, type DialRule } from "./dial-plan.ts";
import type { ResolvedSettings, SettingsLayer } from "./settings.ts";

/** What a country brings with it, given the lengths of extensions and the prefix for calls outside. */
export function countryLayer(country: Country, settings: ResolvedSettings): SettingsLayer {
  const { clock, code, dateFormat, emergency, language, tones } = country;
  const lengths = (settings.get("dial.extensionLengths")?.value ?? []) as readonly number[];
  const prefix = String(settings.get("dial.outsidePrefix")?.value ?? "");
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
      "dial.plan": countryPlan(country, { lengths, prefix }),
      ...Object.fromEntries(named),
      ...(stutterDial && { "tones.stutter": stutterDial }),
    },
  };
}

/** What people dial inside: extensions of these lengths, and a prefix before public numbers when there is one. */
export interface InsideNumbers {
  readonly lengths: readonly number[];
  readonly prefix: string;
}

/** Seconds a phone waits for another digit where a complete number may also be the beginning of a longer one. */
const shortWait = 3;

/**
 * The dial plan of a country: a complete number is dialled at once, and waits only where it may be the beginning of a
 * longer one. Emergency numbers are put before it where the plan is used.
 */
export function countryPlan({ emergency, numbers }: Country, { lengths, prefix }: InsideNumbers): readonly DialRule[] {
  const outside = [...numbers.formats.map(({ match }) => match), `${numbers.international}xxxxxxx.`];
  const patterns = outside.map((match) => parsePattern(prefix + match));
  const urgent = emergency.map(parsePattern);
  const inside = [...lengths].sort((a, b) => a - b).map((length) => parsePattern("x".repeat(length)));
  const everything = [...urgent, ...inside, ...patterns];
  return [...inside, ...patterns].flatMap((pattern) => rulesOf(pattern, everything));
}

/** A pattern digit by digit, each place with the digits it takes; `open` when any number of digits may follow. */
interface Pattern {
  readonly places: readonly string[];
  readonly open: boolean;
}

const digits = "0123456789";

function parsePattern(match: string): Pattern {
  const open = match.endsWith(".");
  const places = [...match.matchAll(/\[([^\]]+)\]|[0-9*#+x]/g)].map(([token, inside]) => {
    if (inside !== undefined) return classDigits(inside).join("");
    return token === "x" ? digits : token;
  });
  return { places, open };
}

/** At once for what can't be the beginning of a longer number, with a wait for what can. */
function rulesOf(pattern: Pattern, everything: readonly Pattern[]): DialRule[] {
  if (pattern.open) return [{ match: `${write(pattern.places)}.`, wait: shortWait }];
  const { length } = pattern.places;
  const longer = everything.filter(({ places, open }) => open || places.length > length);
  let atOnce: readonly (readonly string[])[] = [pattern.places];
  const waiting: (readonly string[])[] = [];
  for (const { places: begin } of longer) {
    // Any digits may follow where a pattern is open and shorter.
    const places = [...begin, ...Array.from({ length: Math.max(0, length - begin.length) }, () => digits)];
    const both = common(pattern.places, places);
    if (!both) continue;
    waiting.push(both);
    atOnce = atOnce.flatMap((each) => without(each, places));
  }
  return [
    ...atOnce.map((places) => ({ match: write(places), wait: 0 })),
    ...narrowed(waiting).map((places) => ({ match: write(places), wait: shortWait })),
  ];
}

/** Digits that both take, place by place; undefined when some place has none. */
function common(one: readonly string[], other: readonly string[]): readonly string[] | undefined {
  const both = one.map((place, at) => [...place].filter((digit) => other[at]?.includes(digit)).join(""));
  return both.every((place) => place !== "") ? both : undefined;
}

/** The numbers of `one` that do not begin as `other` does, as patterns that do not overlap. */
function without(one: readonly string[], other: readonly string[]): (readonly string[])[] {
  if (!common(one, other)) return [one];
  return one.flatMap((place, at) => {
    const left = [...place].filter((digit) => !other[at]?.includes(digit)).join("");
    if (left === "") return [];
    return [one.map((each, index) => (index < at ? shared(each, other[index]) : index === at ? left : each))];
  });
}

function shared(place: string, other = ""): string {
  return [...place].filter((digit) => other.includes(digit)).join("");
}

/** Without those that another one covers. */
function narrowed(patterns: readonly (readonly string[])[]): (readonly string[])[] {
  const texts = new Set<string>();
  return patterns.filter((each, index) => {
    const text = write(each);
    const covered = patterns.some(
      (other, at) =>
        at !== index &&
        write(other) !== text &&
        each.every((place, i) => [...place].every((d) => other[i]?.includes(d))),
    );
    if (covered || texts.has(text)) return false;
    texts.add(text);
    return true;
  });
}

function write(places: readonly string[]): string {
  return places.map(writePlace).join("");
}

/** `x`, a digit, or a class: `[2-9]`, `[0-24]`. */
function writePlace(place: string): string {
  if (place === digits) return "x";
  if (place.length === 1) return place;
  const runs = place.match(/0?1?2?3?4?5?6?7?8?9?/g)?.filter((each) => each !== "") ?? [];
  return `[${runs.flatMap(splitRun).map(writeRun).join("")}]`;
}

/** Digits that follow each other without a gap. */
function splitRun(run: string): string[] {
  return [...run].reduce<string[]>((parts, digit) => {
    const last = parts.at(-1);
    if (last !== undefined && Number(last.at(-1)) === Number(digit) - 1) parts[parts.length - 1] = last + digit;
    else parts.push(digit);
    return parts;
  }, []);
}

function writeRun(run: string): string {
  return run.length > 2 ? `${run[0]}-${run.at(-1)}` : run;
}
