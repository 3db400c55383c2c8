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
  const [base = "", bits = ""] = network.split("/");
  const plain = plainAddress(address);
  const version = isIP(base);
  if (version === 0 || version !== isIP(plain)) return false;
  if (version === 4) return sameStart(base, plain, Number(bits));
  const list = new BlockList();
  list.addSubnet(base, Number(bits), "ipv6");
  return list.check(plain, "ipv6");
}

/** Every request of a phone comes by here, nearly always over IPv4: plain arithmetic instead of a list made each time. */
function sameStart(base: string, address: string, bits: number): boolean {
  return bits === 0 || ipv4Number(base) >>> (32 - bits) === ipv4Number(address) >>> (32 - bits);
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/** The block a device is pinned to: /24 of IPv4, /64 of IPv6, as offices are numbered. */
export function blockOf(address: string): Network {
  const plain = plainAddress(address);
  if (isIP(plain) === 4) return `${plain.split(".").slice(0, 3).join(".")}.0/24`;
  return `${firstHalf(plain)}::/64`;
}

/** IPv4 in dotted form when it came mapped into IPv6 (RFC 4291 section 2.5.5.2); no zone index. */
export function plainAddress(address: string): string {
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
