import { finished } from "node:stream";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { PhoneReply, RenderedReply, ShelfReply } from "../../domain/exchange.ts";
import { type Failure, failures } from "../../domain/failures.ts";

const compress = promisify(gzip);

/** Below this a compressed body saves no packet. */
const worthCompressing = 1024;

/** Answers a phone: bytes with their tag, 304 where it holds them already, or a file of the shelf with ranges. */
export async function answer(request: FastifyRequest, reply: FastifyReply, content: PhoneReply): Promise<FastifyReply> {
  watchDelivery(request, reply, content);
  return "body" in content ? await sendBody(request, reply, content) : sendShelfFile(reply, content);
}

/** A failure in words that tell nothing of what is inside; 503 says when to ask again. */
export function refuse(_request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply {
  const { http, text } = failures[failure.code];
  if (http === 503) reply.header("retry-after", "30");
  if (http === 405) reply.header("allow", "GET, HEAD");
  return reply.code(http).type("text/plain; charset=utf-8").send(`${text}\n`);
}

async function sendBody(request: FastifyRequest, reply: FastifyReply, { body, contentType, tag }: RenderedReply) {
  const small = body.length < worthCompressing || !acceptsGzip(request.headers["accept-encoding"]);
  reply.header("vary", "accept-encoding").header("cache-control", "no-cache").type(contentType);
  reply.header("etag", small ? `"${tag}"` : `"${tag}-gzip"`);
  if (holds(request.headers["if-none-match"], tag)) return reply.code(304).send();
  if (small) return reply.header("content-length", body.length).send(request.method === "HEAD" ? undefined : body);
  const packed = await compress(body);
  reply.header("content-encoding", "gzip").header("content-length", packed.length);
  return reply.send(request.method === "HEAD" ? undefined : packed);
}

function sendShelfFile(reply: FastifyReply, { name, root }: ShelfReply): FastifyReply {
  return reply.sendFile(name, root, { cacheControl: false, acceptRanges: true, etag: true, lastModified: true });
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
  return (header ?? "").split(",").some((each) => {
    const [coding = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    return (coding === "gzip" || coding === "*") && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** A delivery is complete when the last byte was handed on; HEAD delivers nothing. */
function watchDelivery({ method }: FastifyRequest, reply: FastifyReply, content: PhoneReply): void {
  finished(reply.raw, (error) => {
    const bytes = Number(reply.getHeader("content-length") ?? 0);
    if (method === "HEAD") return content.done({ completed: false, bytes: 0, reason: "HEAD asks for no body" });
    if (error) return content.done({ completed: false, bytes: 0, reason: "the connection broke" });
    const notModified = reply.statusCode === 304;
    return content.done({
      completed: reply.statusCode < 400,
      bytes: notModified ? 0 : bytes,
      ...(notModified && { reason: "not modified" }),
    });
  });
}
