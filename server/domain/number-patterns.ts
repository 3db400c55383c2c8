/**
 * Numbers as phones recognise them, as sets that can be compared and taken from each other: place by place the digits it
 * takes; `open` when any number of digits may follow. Written `2xxx`, `[1-9]xx.` (NumberPattern of country.ts).
 */
export interface NumberSet {
  readonly places: readonly string[];
  readonly open: boolean;
}

export const anyDigit = "0123456789";

export function parseNumbers(match: string): NumberSet {
  const places = [...match.matchAll(/\[([^\]]+)\]|[0-9*#+x]/g)].map(([token, inside]) => {
    if (inside !== undefined) return classDigits(inside).join("");
    return token === "x" ? anyDigit : token;
  });
  return { places, open: match.endsWith(".") };
}

export function writeNumbers({ places, open }: NumberSet): string {
  return `${places.map(writePlace).join("")}${open ? "." : ""}`;
}

/** Those of `one` that begin as some number of `other` does, or that some number of `other` begins with. */
export function inCommon(one: NumberSet, other: NumberSet): NumberSet | undefined {
  const places = one.places.map((place, at) => shared(place, other.places[at] ?? anyDigit));
  return places.every((place) => place !== "") ? { places, open: one.open } : undefined;
}

/** Those of `one` that do not begin as `other` does, as sets without common numbers. `other` is not the longer one. */
export function without(one: NumberSet, other: NumberSet): readonly NumberSet[] {
  if (!inCommon(one, other)) return [one];
  return one.places.flatMap((place, at) => {
    const others = other.places[at];
    const left = others === undefined ? "" : [...place].filter((digit) => !others.includes(digit)).join("");
    if (left === "") return [];
    const places = one.places.map((each, index) => {
      if (index === at) return left;
      return index < at ? shared(each, other.places[index] ?? anyDigit) : each;
    });
    return [{ places, open: one.open }];
  });
}

/** `2-9` or `246` or `13-5`: the digits one by one. */
export function classDigits(inside: string): string[] {
  const found = new Set<string>();
  for (const [, from = "", to = from] of inside.matchAll(/([0-9])(?:-([0-9]))?/g)) {
    for (let digit = Number(from); digit <= Number(to); digit++) found.add(String(digit));
  }
  return [...found];
}

function shared(place: string, other: string): string {
  return [...place].filter((digit) => other.includes(digit)).join("");
}

/** `x`, a digit, or a class: `[2-9]`, `[0-24]`. */
function writePlace(place: string): string {
  if (place === anyDigit) return "x";
  if (place.length === 1) return place;
  const runs = [...place].reduce<string[]>((parts, digit) => {
    const last = parts.at(-1);
    if (last !== undefined && Number(last.at(-1)) === Number(digit) - 1) parts[parts.length - 1] = last + digit;
    else parts.push(digit);
    return parts;
  }, []);
  return `[${runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run)).join("")}]`;
}
