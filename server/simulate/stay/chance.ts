/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32): a simulated office is the same each time. */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many packets lost one after the other are followed by one that comes through. */
const mostInARow = 3;

/**
 * Whether the next packet is lost: so many of them are, by chance, and never so many in a row that whoever repeats as
 * often as the protocols say would not be heard.
 */
export function createLoss(share: number, seed: number): () => boolean {
  const chance = createChance(seed);
  let inARow = 0;
  return () => {
    inARow = inARow < mostInARow && chance() < share ? inARow + 1 : 0;
    return inARow > 0;
  };
}
