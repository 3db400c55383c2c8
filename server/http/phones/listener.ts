import type { IncomingMessage } from "node:http";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { PhoneRequest, Provision } from "../../domain/exchange.ts";
import { asFailure, Failure } from "../../domain/failures.ts";
import { plainAddress } from "../../domain/network.ts";
import { watchConnections } from "../connections.ts";
import { answer, refuse } from "./reply.ts";

export interface PhoneHttpParts {
  readonly host: string;
  readonly ports: readonly number[];
  readonly trustedProxies: readonly string[];
  /** Root of the files that are streamed; it must exist. */
  readonly shelf: string;
  readonly provision: Provision;
  readonly log: { warn(fields: object, message: string): void };
}

export interface PhoneHttp {
  /** The ports that are bound. One that can't be had is a warning; none at all fails with the first one's error. */
  listen(): Promise<{ readonly ports: readonly number[]; readonly warnings: readonly string[] }>;
  close(): Promise<void>;
}

/** The listener that phones reach: every path is a file name; nothing of the admin's is here. */
export function createPhoneHttp(parts: PhoneHttpParts): PhoneHttp {
  const closers: (() => Promise<void>)[] = [];
  return {
    async listen() {
      const ports: number[] = [];
      const warnings: string[] = [];
      const failures: unknown[] = [];
      for (const port of parts.ports) {
        const server = await createServer(parts);
        const connections = watchConnections(server.server);
        try {
          await server.listen({ host: parts.host, port });
          closers.push(() => connections.closeWith(async () => void (await server.close())));
          ports.push(...portsOf(server));
        } catch (error) {
          failures.push(error);
          warnings.push(portWarning(port, error as NodeJS.ErrnoException));
          await server.close();
        }
      }
      if (ports.length === 0 && failures.length > 0) throw failures[0];
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

/** Times that no honest phone needs: a slow or silent client gives its place back. */
const timeouts = { requestTimeout: 15_000, connectionTimeout: 120_000, keepAliveTimeout: 15_000 };

async function createServer({ provision, shelf, trustedProxies }: PhoneHttpParts): Promise<FastifyInstance> {
  const server = fastify({
    ...timeouts,
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    bodyLimit: 1024,
    http: { maxHeaderSize: 8192, headersTimeout: 10_000 },
    routerOptions: {
      maxParamLength: 2000,
      ignoreDuplicateSlashes: false,
      onBadUrl: (_path, _request, reply) => badUrl(reply),
    },
  });
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
  (reply as { writeHead(status: number): void; end(): void }).writeHead(400);
  (reply as { end(): void }).end();
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
