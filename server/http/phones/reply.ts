import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { RenderedReply } from "../../domain/exchange.ts";
import type { PhoneResponse } from "./response.ts";

const compress = promisify(gzip);

/** Below this a compressed body saves no packet. */
const worthCompressing = 1024;

/** Answers a phone with rendered bytes and their tag, or with 304 where it holds them already. */
export function sendBody(response: PhoneResponse, { body, contentType, tag }: RenderedReply): void | Promise<void> {
  const { headers } = response.req;
  const isPacked = body.length >= worthCompressing && acceptsGzip(headers["accept-encoding"]);
  const fields = ["vary", "accept-encoding", "cache-control", "no-cache", "content-type", contentType];
  fields.push("etag", isPacked ? `"${tag}-gzip"` : `"${tag}"`);
  if (holds(headers["if-none-match"], tag)) return void response.writeHead(304, fields).end();
  if (isPacked) return sendPacked(response, fields, body);
  sendWhole(response, fields, body);
}

async function sendPacked(response: PhoneResponse, fields: string[], body: Buffer): Promise<void> {
  const packed = await compress(body);
  fields.push("content-encoding", "gzip");
  sendWhole(response, fields, packed);
}

/** For HEAD Node leaves the body out. `fields` are names and values in turn. */
export function sendWhole(response: PhoneResponse, fields: readonly string[], body: Buffer): void {
  response.bytes = body.length;
  response.writeHead(200, [...fields, "content-length", String(body.length)]).end(body);
}

/**
 * Weak comparison over both encodings of the same bytes (RFC 9110 section 13.1.2). `*` is not taken for holding them:
 * 304 counts as a delivery, and it would prove nothing.
 */
function holds(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const held = header.split(",").map((each) => each.trim().replace(/^W\//, ""));
  return held.includes(`"${tag}"`) || held.includes(`"${tag}-gzip"`);
}

/** RFC 9110 section 12.5.3, as far as gzip goes. */
function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(",").some((each) => {
    const [coding = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    return (coding === "gzip" || coding === "*") && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
