import { createChance } from "./chance.ts";

/**
 * How a phone behaves while it stays. `lossy`: its network loses packets. `dead`: it is gone without a word. `deaf`: it
 * says 200 and never fetches. `wrong`: it asks for another password than its line's, or knows no event.
 */
export const characters = ["well", "lossy", "dead", "deaf", "wrong"] as const;
export type Character = (typeof characters)[number];

/** From 0 to 1 each. */
export interface Shares {
  readonly lossy?: number;
  readonly dead?: number;
  readonly deaf?: number;
  readonly wrong?: number;
  /** Of the phones that ask for a password, whatever their files say; without it the files decide. */
  readonly digest?: number;
}

export interface Role {
  readonly character: Character;
  /** Undefined: as its file says. */
  readonly asksPassword?: boolean;
}

/**
 * Who of `count` phones is what: exactly the shares (rounded), spread by chance, the same for the same seed. Shares of
 * more than all: the last ones come short.
 */
export function cast(count: number, shares: Shares, seed: number): readonly Role[] {
  const order = shuffled(count, createChance(seed));
  const roles = new Array<Character>(count).fill("well");
  let next = 0;
  for (const character of ["lossy", "dead", "deaf", "wrong"] as const) {
    const end = Math.min(count, next + Math.round((shares[character] ?? 0) * count));
    for (const index of order.slice(next, end)) roles[index] = character;
    next = end;
  }
  const { digest } = shares;
  if (digest === undefined) return roles.map((character) => ({ character }));
  const asking = new Set(shuffled(count, createChance(seed + 1)).slice(0, Math.round(digest * count)));
  return roles.map((character, index) => ({ character, asksPassword: asking.has(index) }));
}

/** Fisher and Yates. */
function shuffled(count: number, chance: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}
