import { BlockList, isIP } from "node:net";

/** A network in CIDR notation, `10.0.0.0/8` or `fd00::/8`. */
export type Network = string;

/** The network in its plain form, or undefined. A bare address is the network of that one address. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", bits, ...rest] = text.trim().split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return undefined;
  const most = version === 4 ? 32 : 128;
  if (bits === undefined) return `${address}/${most}`;
  if (!/^[0-9]{1,3}$/.test(bits) || Number(bits) > most) return undefined;
  return `${address}/${Number(bits)}`;
}

export function networkHolds(network: Network, address: string): boolean {
  const slash = network.indexOf("/");
  const base = network.slice(0, slash);
  const bits = Number(network.slice(slash + 1));
  const plain = plainAddress(address);
  if (!base.includes(":")) return sameStart(base, plain, bits);
  if (isIP(plain) !== 6) return false;
  const list = new BlockList();
  list.addSubnet(base, bits, "ipv6");
  return list.check(plain, "ipv6");
}

/** Every request of a phone comes by here several times, nearly always over IPv4: plain arithmetic, and no lists. */
function sameStart(base: string, address: string, bits: number): boolean {
  const number = ipv4Number(address);
  if (number === undefined) return false;
  return bits === 0 || (ipv4Number(base) ?? 0) >>> (32 - bits) === number >>> (32 - bits);
}

/** Undefined for what is no IPv4 address in dotted form. */
function ipv4Number(address: string): number | undefined {
  const parts = address.split(".");
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) number = number * 256 + Number(part);
  return Number.isNaN(number) ? undefined : number;
}

/** The block a device is pinned to: /24 of IPv4, /64 of IPv6, as offices are numbered. */
export function blockOf(address: string): Network {
  const plain = plainAddress(address);
  if (isIP(plain) === 4) return `${plain.split(".").slice(0, 3).join(".")}.0/24`;
  return `${firstHalf(plain)}::/64`;
}

/** IPv4 in dotted form when it came mapped into IPv6 (RFC 4291 section 2.5.5.2); no zone index. */
export function plainAddress(address: string): string {
  if (!address.includes(":")) return address;
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
}

/** The first four groups of an IPv6 address, written out. */
function firstHalf(address: string): string {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before.slice(0, 4).join(":");
  const after = tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}

/** Private, link-local and loopback networks (RFC 1918, 3927, 4193, 4291; 100.64/10 of RFC 6598). */
export const privateNetworks: readonly Network[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];
