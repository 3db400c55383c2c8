import { isIPv6 } from "node:net";

export type SipSignalling = "udp" | "tcp" | "tls";

/** The other side of a message: an IP address, as the socket gives it. */
export interface SipPeer {
  readonly address: string;
  readonly port: number;
  readonly signalling: SipSignalling;
}

/** RFC 3261 section 25.1 `hostport`: an IPv6 address in brackets, without its zone. */
export function hostPort(address: string, port: number): string {
  return isIPv6(address) ? `[${address.split("%")[0]}]:${port}` : `${address}:${port}`;
}

/** What the system calls a failure, as ECONNREFUSED. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EFAILED";
}
