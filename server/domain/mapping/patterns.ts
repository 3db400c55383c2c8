import type { Tone } from "../country.ts";

type Lookup = (name: string) => unknown;

/** A piece of a script between two `;`: the texts around its places, and what stands in them. */
interface Part {
  readonly texts: readonly string[];
  readonly places: readonly string[];
}

/** Patterns stand in profiles, so there are only so many. */
const known = new Map<string, readonly Part[]>();

/**
 * A vendor's little script with its places filled in: `fnc=sd;ext={key.number}@$PROXY;nme={key.label}`. A part between
 * two `;` whose place has no value is left out.
 */
export function fillPattern(pattern: string, lookup: Lookup): string {
  const parts = known.get(pattern) ?? readPattern(pattern);
  known.set(pattern, parts);
  return parts
    .map((part) => fillPart(part, lookup))
    .filter((text) => text !== undefined)
    .join(";");
}

function readPattern(pattern: string): readonly Part[] {
  return pattern.split(";").map((part) => {
    const pieces = part.split(/\{([\w.]+)\}/);
    return { texts: pieces.filter((_, at) => at % 2 === 0), places: pieces.filter((_, at) => at % 2 === 1) };
  });
}

function fillPart({ places, texts }: Part, lookup: Lookup): string | undefined {
  let filled = texts[0] ?? "";
  for (const [at, name] of places.entries()) {
    const value = lookup(name);
    if (value === undefined) return undefined;
    filled += `${value}${texts[at + 1]}`;
  }
  return filled;
}

/**
 * Tone script of MPP, PhoneOS, SPA and ATA: `425@-19;10(.2/.3/1,.7/.8/1)` is 425 Hz at -19 dBm for ten seconds, 0.2 s on
 * and 0.3 s off, then 0.7 s on and 0.8 s off; the last number of a part says which frequencies sound, `1+2` for two
 * (Cisco MPP administration guide and SPA administration guide, tone scripts).
 */
export function toneScript(segments: Tone, { level, lasts }: { level: number; lasts: string }): string {
  const frequencies = [...new Set(segments.flatMap(({ hz }) => hz))];
  const parts = segments.map(({ hz, on, off = 0 }) => {
    const sounding = hz.map((each) => frequencies.indexOf(each) + 1).join("+");
    return `${on === undefined ? "*" : secondsOf(on)}/${secondsOf(off)}/${sounding}`;
  });
  return `${frequencies.map((each) => `${each}@${level}`).join(",")};${lasts}(${parts.join(",")})`;
}

function secondsOf(value: number): string {
  return String(value).replace(/^0\./, ".");
}
