import { isIP } from "node:net";
import { type Network, networkHolds, plainAddress } from "./network.ts";

/** Not of the open internet (IANA special-purpose registry of IPv4, RFC 6890; multicast, RFC 5771; reserved, RFC 1112). */
const closedIpv4: readonly Network[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Within the one block that is given out (RFC 4291 section 2.4): protocols, documentation, and what holds an IPv4 address. */
const closedIpv6: readonly Network[] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
const globalIpv6: Network = "2000::/3";

/** Whether an address is one of the open internet: nothing of this machine, this network or this cloud. */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address);
  if (isIP(plain) === 4) return !closedIpv4.some((network) => networkHolds(network, plain));
  return networkHolds(globalIpv6, plain) && !closedIpv6.some((network) => networkHolds(network, plain));
}
