import type { FastifyReply, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** How long the request may take to arrive; a minute when absent. */
    patienceMs?: number;
  }
}

const usualPatienceMs = 60_000;
const late = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

/**
 * Ends a request that does not arrive in its time: a slow client gives its place back. Node's own limit is one for the
 * whole server, and an upload may take longer than the rest.
 */
export function limitTime({ raw, routeOptions }: FastifyRequest, reply: FastifyReply, usualMs = usualPatienceMs): void {
  const { socket } = raw;
  const timer = setTimeout(() => {
    if (raw.complete) return;
    if (!reply.raw.headersSent) socket.write(late);
    socket.destroySoon();
  }, routeOptions.config?.patienceMs ?? usualMs);
  timer.unref();
  reply.raw.once("close", () => clearTimeout(timer));
}
