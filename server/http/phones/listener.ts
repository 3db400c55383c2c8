import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { PhoneRequest, Provision } from "../../domain/exchange.ts";
import { asFailure, Failure } from "../../domain/failures.ts";
import { networkHolds, plainAddress } from "../../domain/network.ts";
import { Connections } from "../connections.ts";
import { descriptorLimit } from "../descriptors.ts";
import { createGate } from "./gate.ts";
import { answer, refuse } from "./reply.ts";
import { endSlowReaders } from "./slow-readers.ts";
import { refuseUnreadable } from "./unreadable.ts";

export interface PhoneHttpParts {
  readonly host: string;
  readonly ports: readonly number[];
  readonly trustedProxies: readonly string[];
  /** Root of the files that are streamed; it must exist. */
  readonly shelf: string;
  readonly provision: Provision;
  readonly log: { warn(fields: object, message: string): void };
  readonly limits?: Partial<PhoneHttpLimits>;
}

export interface PhoneHttpLimits {
  /** Connections over all ports, and from one address (of IPv6: one network of 64 bits). */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** How long the headers of a request may take to arrive. */
  readonly headersMs: number;
  /** How long a client may be too slow with taking its answer. */
  readonly readingMs: number;
}

export interface PhoneHttp {
  /** The ports that are bound. One that can't be had is a warning; none at all fails with the first one's error. */
  listen(): Promise<{ readonly ports: readonly number[]; readonly warnings: readonly string[] }>;
  close(): Promise<void>;
}

/** The listener that phones reach: every path is a file name; nothing of the admin's is here. */
export function createPhoneHttp(parts: PhoneHttpParts): PhoneHttp {
  const closers: (() => Promise<void>)[] = [];
  const limits = { ...usualLimits(), ...parts.limits };
  const connections = new Connections({
    all: limits.connections,
    perAddress: limits.connectionsPerAddress,
    isExempt: (address) => parts.trustedProxies.some((network) => networkHolds(network, address)),
  });
  return {
    async listen() {
      const ports: number[] = [];
      const warnings: string[] = [];
      const failures: unknown[] = [];
      for (const port of parts.ports) {
        const server = await createServer(parts, limits, connections);
        connections.watch(server.server);
        try {
          await server.listen({ host: parts.host, port });
          closers.push(() => connections.closeWith(server.server, async () => void (await server.close())));
          ports.push(...portsOf(server));
        } catch (error) {
          failures.push(error);
          warnings.push(portWarning(port, error as NodeJS.ErrnoException));
          await server.close();
        }
      }
      if (ports.length === 0 && failures.length > 0) throw failures[0];
      const stopLooking = endSlowReaders(() => connections.busy(), limits.readingMs);
      closers.push(async () => stopLooking());
      return { ports, warnings };
    },
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

function portsOf({ server }: FastifyInstance): number[] {
  const address = server.address();
  return address === null || typeof address === "string" ? [] : [address.port];
}

function portWarning(port: number, { code }: NodeJS.ErrnoException): string {
  const why =
    code === "EACCES" ? "is not permitted to this user" : code === "EADDRINUSE" ? "is in use" : `failed: ${code}`;
  const cure = code === "EACCES" ? `; permit it with: sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}` : "";
  return `HTTP port ${port} for phones ${why}${cure}`;
}

/**
 * Two thousand phones behind one address come up at once. A connection can hold a file open besides itself, and others
 * need descriptors too: no more than a third of them is for connections.
 */
function usualLimits(): PhoneHttpLimits {
  const connections = Math.min(6000, Math.floor(descriptorLimit() / 3));
  const connectionsPerAddress = Math.ceil((connections * 2) / 3);
  return { connections, connectionsPerAddress, headersMs: 10_000, readingMs: 60_000 };
}

/** Times that no honest phone needs: a slow or silent client gives its place back. */
const timeouts = { requestTimeout: 15_000, connectionTimeout: 120_000, keepAliveTimeout: 15_000 };

async function createServer(
  { provision, shelf, trustedProxies }: PhoneHttpParts,
  { headersMs }: PhoneHttpLimits,
  connections: Connections,
): Promise<FastifyInstance> {
  const server = fastify({
    ...timeouts,
    // A phone that asks while the server stops still gets its file; Fastify's own refusal would be JSON.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) =>
      refuseUnreadable(error, socket as Socket, connections.underWay(socket as Socket) > 0),
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    bodyLimit: 1024,
    // Node looks at its times for headers and requests every 30 seconds unless it is told otherwise.
    http: { maxHeaderSize: 8192, headersTimeout: headersMs, connectionsCheckingInterval: Math.min(1000, headersMs) },
    routerOptions: {
      maxParamLength: 2000,
      ignoreDuplicateSlashes: false,
      onBadUrl: (_path, _request, reply) => badUrl(reply),
    },
  });
  // No "100 Continue": a body is never taken.
  server.server.on("checkContinue", (request, response) => server.server.emit("request", request, response));
  server.addHook("onRequest", createGate(connections));
  await server.register(fastifyStatic, { root: shelf, serve: false });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));
  server.setErrorHandler((error, request, reply) => refuse(request, reply, readable(error)));
  // A file of the shelf that went since it was listed ends here as well: that is our trouble, not the phone's.
  server.setNotFoundHandler((request, reply) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    return refuse(request, reply, new Failure(reads ? "SHELF_UNAVAILABLE" : "READ_ONLY"));
  });
  server.route({
    method: ["GET", "HEAD"],
    url: "/*",
    handler: async (request, reply) => {
      try {
        return await answer(request, reply, await provision(phoneRequest(request)));
      } catch (thrown) {
        return refuse(request, reply, asFailure(thrown));
      }
    },
  });
  return server;
}

/** Fastify's own complaints about a request are the client's fault. */
function readable(error: unknown): Failure {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 416) return new Failure("BAD_RANGE");
  return statusCode !== undefined && statusCode < 500 ? new Failure("MALFORMED") : asFailure(error);
}

function badUrl(reply: unknown): void {
  (reply as ServerResponse).writeHead(400, { connection: "close", "content-length": 0 }).end();
}

function phoneRequest(request: FastifyRequest): PhoneRequest {
  const userAgent = request.headers["user-agent"];
  return {
    via: "http",
    path: decodePath(request.raw),
    address: plainAddress(request.ip),
    headOnly: request.method === "HEAD",
    ...(userAgent !== undefined && { userAgent }),
  };
}

/** The path as it was sent, percent-decoded once. A full URL (HTTP/1.0 proxies) loses its scheme and host. */
function decodePath({ url = "/" }: IncomingMessage): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Failure("BAD_PATH", "the name is not properly percent-encoded");
  }
}
