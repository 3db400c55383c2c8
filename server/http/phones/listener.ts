import { once } from "node:events";
import type { Server } from "node:http";
import type { Provision } from "../../domain/exchange.ts";
import { networkHolds } from "../../domain/network.ts";
import type { SmallFiles } from "../../lib/small-files.ts";
import { Connections } from "../connections.ts";
import { descriptorLimit } from "../descriptors.ts";
import type { PhoneResponse } from "./response.ts";
import { createPhoneServer } from "./server.ts";
import { endSlowReaders } from "./slow-readers.ts";
import { type PhoneUpload, UploadRoom } from "./uploads.ts";

export interface PhoneHttpParts {
  readonly host: string;
  readonly ports: readonly number[];
  readonly trustedProxies: readonly string[];
  readonly provision: Provision;
  readonly smallFiles: SmallFiles;
  /** Where phones may send something; nowhere when absent. */
  readonly uploads?: readonly PhoneUpload[];
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
  const { headersMs } = limits;
  const room = new UploadRoom();
  const isProxy = (address: string) => parts.trustedProxies.some((network) => networkHolds(network, address));
  const connections = new Connections<PhoneResponse>({
    all: limits.connections,
    perAddress: limits.connectionsPerAddress,
    isExempt: isProxy,
  });
  return {
    async listen() {
      const ports: number[] = [];
      const warnings: string[] = [];
      const failures: unknown[] = [];
      for (const port of parts.ports) {
        const server = createPhoneServer({ uploads: [], ...parts, room, connections, headersMs, isProxy });
        try {
          await open(server, parts, port);
          closers.push(() => connections.closeWith(server, () => closed(server)));
          ports.push(...portsOf(server));
        } catch (error) {
          failures.push(error);
          warnings.push(portWarning(port, error as NodeJS.ErrnoException));
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

/**
 * Connections that may wait to be taken; the system has a limit of its own. With Node's usual 511 the packets of two
 * thousand phones that come at once are dropped, and the phones try again after one second, then three.
 */
const backlog = 4096;

async function open(server: Server, { host, log }: PhoneHttpParts, port: number): Promise<void> {
  server.listen({ host, port, backlog });
  await once(server, "listening");
  // A connection that could not be taken (no descriptor left): the phone comes again.
  server.on("error", (error) => log.warn({ err: error, port }, "a phone's connection could not be taken"));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portsOf(server: Server): number[] {
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
