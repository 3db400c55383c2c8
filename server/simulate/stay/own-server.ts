import type { BootServer } from "../asking.ts";
import { addressesOf } from "./hearing.ts";

/** The path of an address that is at the phone's own server, or why it is not asked there. */
export type OwnPath = { readonly path: string; readonly port: number } | { readonly objection: string };

/**
 * Whoever sends a phone a message could have it ask anybody: it asks the server that it gets its files from, at that
 * port, and nobody else.
 */
export async function pathAtOwnServer(text: string, { host, httpPort }: BootServer): Promise<OwnPath> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" || httpPort === undefined) return { objection: "it fetches over HTTP only" };
  const named = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || 80);
  const other = { objection: `${url.host} is not the server that its files are from (${host}, port ${httpPort})` };
  if (port !== httpPort) return other;
  const own = await addressesOf(host);
  const isOwn = named === host || (await addressesOf(named)).some((address) => own.includes(address));
  return isOwn ? { path: url.pathname + url.search, port } : other;
}
