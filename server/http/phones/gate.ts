import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../../domain/failures.ts";
import type { Connections } from "../connections.ts";
import { refuse } from "./reply.ts";

/**
 * What every request passes first. A phone asks in HTTP/1 and without a body, and is answered one by one: what it sends
 * ahead waits, so that one connection does not hold many files open.
 */
export function createGate(connections: Connections) {
  return (request: FastifyRequest, reply: FastifyReply, pass: () => void): void => {
    const { raw } = request;
    const failure = objection(raw);
    // What is left of a body is never read.
    if (failure !== undefined || hasBody(raw)) reply.header("connection", "close");
    if (failure !== undefined) return void refuse(request, reply, failure);
    connections.inTurn(raw.socket, pass);
  };
}

function objection(raw: IncomingMessage): Failure | undefined {
  // HTTP/0.9 knows no headers and HTTP/2 other ones (RFC 9112 section 2.3).
  if (raw.httpVersionMajor !== 1) return new Failure("MALFORMED");
  const reads = raw.method === "GET" || raw.method === "HEAD";
  return reads && hasBody(raw) ? new Failure("TOO_LARGE") : undefined;
}

/** RFC 9112 section 6.3. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}
