import type { Tone } from "../country.ts";

type Lookup = (name: string) => unknown;

const placeholder = /\{([\w.]+)\}/g;

/**
 * A vendor's little script with its places filled in: `fnc=sd;ext={key.number}@$PROXY;nme={key.label}`. A part between
 * two `;` whose place has no value is left out.
 */
export function fillPattern(pattern: string, lookup: Lookup): string {
  return pattern
    .split(";")
    .filter((part) => [...part.matchAll(placeholder)].every(([, name = ""]) => lookup(name) !== undefined))
    .map((part) => part.replace(placeholder, (_, name: string) => String(lookup(name))))
    .join(";");
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
