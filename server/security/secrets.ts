import { randomInt } from "node:crypto";

/**
 * Letters and digits without those that people confuse: safe in XML, text files, scripts and on every family's
 * keypad of limits (24 characters are within the shortest, 31).
 */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** A line's secret as Offhook makes it: 24 characters, about 139 bits. */
export function generateSecret(): string {
  return Array.from({ length: 24 }, () => alphabet[randomInt(alphabet.length)]).join("");
}
