import { lookup } from "node:dns/promises";
import type { Mac } from "../domain/mac.ts";

/**
 * Whether phones on this machine can each ask that server from an address of their own, as phones in the field do. On
 * Linux every address of 127.0.0.0/8 is this machine's; elsewhere only those that somebody has set up.
 */
export async function givesOwnAddresses(host: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const { address } = await lookup(host, { order: "ipv4first" }).catch(() => ({ address: "" }));
  return address.startsWith("127.");
}

/** The phone's own address within 127.64.0.0/10, the same at each boot: the last 22 bits of its MAC. */
export function ownAddress(mac: Mac): string {
  const number = Number.parseInt(mac.slice(-6), 16);
  return `127.${64 + ((number >> 16) & 0x3f)}.${(number >> 8) & 0xff}.${number & 0xff}`;
}
