import { isIPv6 } from "node:net";
import { decline, returnPort, ServerTransactions, type SipAnswering } from "./answering.ts";
import {
  ClientTransaction,
  newBranch,
  type SipTimers,
  type TransactionOutcome,
  transactionKey,
} from "./client-transaction.ts";
import type { SipConnection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { isRequest, type SipMessage, type SipRequest, writeMessage } from "./message.ts";
import { hostPort, type SipPeer } from "./peer.ts";
import { bindUdp, isPortClosed, localAddressFor, type UdpEndpoint } from "./udp.ts";

export interface SipTransportParts {
  /** Where requests leave from; any address of this machine when absent. */
  readonly address?: string;
  /** Of UDP; 0: any free one. Connections leave from any port. */
  readonly port: number;
  readonly timers: SipTimers;
  readonly limits: SipLimits;
  /** For requests that come to where ours leave from; without it they are declined. */
  readonly answer?: SipAnswering;
  failed?(error: Error): void;
}

export interface SipLimits {
  /** Requests under way, and those that wait for a place; above that a request is not taken. */
  readonly mostAtOnce: number;
  readonly mostWaiting: number;
  /** TCP and TLS together; more only while requests are under way on all of them. */
  readonly mostConnections: number;
  readonly connectMs: number;
  /** How long a connection is kept for the next request. */
  readonly idleMs: number;
  /** Strangers' requests that are declined in a second; the rest gets silence. */
  readonly mostDeclines: number;
}

export const defaultSipLimits: SipLimits = {
  mostAtOnce: 500,
  mostWaiting: 10_000,
  mostConnections: 500,
  connectMs: 5000,
  idleMs: 30_000,
  mostDeclines: 50,
};

/** A way to one destination. */
export interface Leg {
  /** This side, as others can answer it: `host:port`. */
  readonly sentBy: string;
  /** Not a connection that was open before, which the other side may have forgotten. */
  readonly isFresh: boolean;
  /** Sends the request with a Via of its own, and waits for its end. Throws a RangeError for what can't be written. */
  exchange(request: SipRequest, signal: AbortSignal): Promise<TransactionOutcome>;
}

interface Sending {
  readonly request: SipRequest;
  readonly via: string;
  readonly signal: AbortSignal;
  readonly connection?: SipConnection;
  send(bytes: Buffer, failed: (code: string) => void): void;
  repeated?(failed: (code: string) => void): void;
}

/** RFC 3261 section 18: sends requests over what the destination listens on, and brings responses to their requests. */
export class SipTransport {
  readonly #parts: SipTransportParts;
  readonly #connections: Connections;
  readonly #served: ServerTransactions | undefined;
  readonly #udp = new Map<4 | 6, Promise<UdpEndpoint>>();
  readonly #transactions = new Map<
    string,
    { transaction: ClientTransaction; connection?: SipConnection | undefined }
  >();
  #declines = { second: 0, count: 0 };

  constructor(parts: SipTransportParts) {
    const { limits, address } = parts;
    this.#parts = parts;
    this.#served = parts.answer && new ServerTransactions(parts.answer);
    this.#connections = new Connections({
      ...(address && { address }),
      ...{ most: limits.mostConnections, connectMs: limits.connectMs, idleMs: limits.idleMs },
      received: (message, each) => this.#received(message, each.peer, Infinity, (bytes) => each.send(bytes)),
      ended: (connection, code) => this.#brokeOff(connection, code),
    });
  }

  /** Rejects with the system's error (`code`) where there is no way. */
  async leg(destination: SipPeer): Promise<Leg> {
    return destination.signalling === "udp" ? await this.#udpLeg(destination) : await this.#streamLeg(destination);
  }

  /** The UDP port that requests to IPv4 leave from. */
  async port(): Promise<number> {
    return (await this.#endpoint(4)).port;
  }

  async close(): Promise<void> {
    for (const { transaction } of [...this.#transactions.values()]) transaction.terminate();
    const endpoints = [...this.#udp.values()];
    this.#udp.clear();
    await Promise.all([
      this.#connections.close(),
      ...endpoints.map(async (each) => (await each.catch(() => undefined))?.close()),
    ]);
  }

  async #udpLeg(destination: SipPeer): Promise<Leg> {
    const endpoint = await this.#endpoint(isIPv6(destination.address) ? 6 : 4);
    const sentBy = hostPort(this.#parts.address ?? (await localAddressFor(destination)), endpoint.port);
    return {
      ...{ sentBy, isFresh: true },
      exchange: (request, signal) =>
        this.#exchange({
          ...{ request, signal, via: `SIP/2.0/UDP ${sentBy};rport` },
          send: (bytes, failed) => endpoint.send(bytes, destination, failed),
          repeated: (failed) => void this.#probe(destination, failed),
        }),
    };
  }

  async #streamLeg(destination: SipPeer): Promise<Leg> {
    const { connection, isFresh } = await this.#connections.to(destination);
    const sentBy = hostPort(connection.local.address, connection.local.port);
    return {
      ...{ sentBy, isFresh },
      exchange: (request, signal) =>
        this.#exchange({
          ...{ request, signal, connection, via: `SIP/2.0/${destination.signalling.toUpperCase()} ${sentBy};rport` },
          send: (bytes, failed) => (connection.isOpen ? connection.send(bytes) : failed("ECONNRESET")),
        }),
    };
  }

  async #exchange({ request, via, signal, connection, send, repeated }: Sending): Promise<TransactionOutcome> {
    const top = ["Via", `${via};branch=${newBranch()}`] as const;
    const message = { ...request, headers: [top, ...request.headers] };
    const [bytes, key = ""] = [writeMessage(message), transactionKey(message)];
    if (signal.aborted) return { result: "aborted" };
    this.#makeRoom();
    return await new Promise((resolve) => {
      const fail = (code: string) => transaction.fail(code);
      const abort = () => transaction.abort();
      const transaction = new ClientTransaction({
        ...{ timers: this.#parts.timers, isReliable: connection !== undefined },
        send: () => send(bytes, fail),
        repeated: () => repeated?.(fail),
        ended(outcome) {
          signal.removeEventListener("abort", abort);
          resolve(outcome);
        },
        terminated: () => {
          this.#transactions.delete(key);
          if (connection) connection.users -= 1;
        },
      });
      if (connection) connection.users += 1;
      this.#transactions.set(key, { transaction, connection });
      signal.addEventListener("abort", abort, { once: true });
      transaction.start();
    });
  }

  /** What only lingers gives way; those under way are bounded by the places. */
  #makeRoom(): void {
    if (this.#transactions.size < 4 * this.#parts.limits.mostAtOnce) return;
    const lingering = [...this.#transactions.values()].find(({ transaction }) => transaction.isLingering);
    lingering?.transaction.terminate();
  }

  async #probe(destination: SipPeer, failed: (code: string) => void): Promise<void> {
    if (await isPortClosed(destination, 2 * this.#parts.timers.t1)) failed("ECONNREFUSED");
  }

  #endpoint(family: 4 | 6): Promise<UdpEndpoint> {
    const known = this.#udp.get(family);
    if (known !== undefined) return known;
    const { address, port } = this.#parts;
    const endpoint: Promise<UdpEndpoint> = bindUdp({
      ...{ family, port, ...(address && { address }) },
      received: async (message, peer, bytes) => {
        const { send } = await endpoint;
        this.#received(message, peer, bytes, (answer, to) => send(answer, to));
      },
      failed: (error) => this.#parts.failed?.(error),
    });
    this.#udp.set(family, endpoint);
    // The port may be free later.
    endpoint.catch(() => this.#udp.delete(family));
    return endpoint;
  }

  #received(message: SipMessage, peer: SipPeer, bytes: number, send: (answer: Buffer, to: SipPeer) => void): void {
    if (!isRequest(message)) {
      this.#transactions.get(transactionKey(message) ?? "")?.transaction.receive(message);
      return;
    }
    const to = { ...peer, port: returnPort(message, peer) };
    if (this.#served) return void this.#served.receive(message, peer, (answer) => send(answer, to));
    const answer = this.#mayDecline() ? decline(message, peer, bytes) : undefined;
    if (answer) send(answer, to);
  }

  #mayDecline(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (this.#declines.second !== second) this.#declines = { second, count: 0 };
    this.#declines.count += 1;
    return this.#declines.count <= this.#parts.limits.mostDeclines;
  }

  #brokeOff(connection: SipConnection, code: string): void {
    for (const each of [...this.#transactions.values()]) {
      if (each.connection === connection) each.transaction.fail(code);
    }
  }
}
