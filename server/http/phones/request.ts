import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { PhoneRequest } from "../../domain/exchange.ts";
import { Failure } from "../../domain/failures.ts";
import { plainAddress } from "../../domain/network.ts";

/** What a phone asks, from the address that its connection has or, behind trusted proxies, the one that they tell. */
export function phoneRequest(
  { headers, method, url = "/" }: IncomingMessage,
  peer: string,
  isProxy: (address: string) => boolean,
): PhoneRequest {
  const userAgent = headers["user-agent"];
  const request = {
    via: "http",
    path: decodePath(url),
    address: clientAddress(peer, headers["x-forwarded-for"], isProxy),
    headOnly: method === "HEAD",
  } as const;
  return userAgent === undefined ? request : { ...request, userAgent };
}

/**
 * Each proxy adds the address that it was asked from at the end of X-Forwarded-For: from there backwards, the first one
 * that is no trusted proxy asks. What stands before it anyone can have written.
 */
function clientAddress(peer: string, forwarded: string | string[] | undefined, isProxy: (address: string) => boolean) {
  if (forwarded === undefined || !isProxy(peer)) return peer;
  let client = peer;
  for (const told of String(forwarded).split(",").reverse()) {
    const address = plainAddress(told.trim());
    if (isIP(address) === 0) return client;
    client = address;
    if (!isProxy(address)) return client;
  }
  return client;
}

/** The path as it was sent, percent-decoded once. A full URL (HTTP/1.0 proxies) loses its scheme and host. */
function decodePath(url: string): string {
  const whole = /^[/*]/.test(url) ? url : url.replace(/^[a-z]+:\/\/[^/?#]+/i, "");
  if (/^[a-z]/i.test(whole)) throw new Failure("BAD_PATH", "the URL names no host");
  const path = whole.replace(/[?#].*$/s, "");
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Failure("BAD_PATH", "the name is not properly percent-encoded");
  }
}
