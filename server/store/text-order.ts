/**
 * The order of organizations and ids, the same in both stores: by Unicode code point, which is how PostgreSQL's
 * COLLATE "C" orders UTF-8. JavaScript's own `<` compares UTF-16 units and would put an emoji before U+FF5E.
 * Negative when `left` comes first, 0 when they are equal.
 */
export function compareText(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank above the rest of the UTF-16 units. */
function rank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}
