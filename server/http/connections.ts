import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { blockOf, plainAddress } from "../domain/network.ts";
import { watchReading } from "./reading.ts";

/** How long requests under way may take to end at a shutdown. */
const graceMs = 5000;

/** Requests without an answer on one connection; neither a phone nor a browser is known to send even two. */
const mostUnderWay = 8;

/** How many connections may be open at once: over all servers that are watched together, and from one address. */
interface ConnectionLimits {
  readonly all: number;
  /** IPv6 gives one client a network of 64 bits, so that counts as one address. */
  readonly perAddress: number;
  /** Addresses that speak for many, such as a proxy, are held to `all` only. */
  readonly isExempt?: (address: string) => boolean;
}

export interface Connection<Response> {
  readonly server: Server;
  readonly socket: Socket;
  /** Of the other side, in its plain form. */
  readonly address: string;
  /** What is counted as one address; undefined where it is exempt. */
  readonly counted: string | undefined;
  /** Those without their whole answer. */
  requests: number;
  /** Those of them that were asked ahead, in their order. */
  readonly waiting: Response[];
}

/**
 * Counts connections and lets a listener stop in good time. When a limit is reached, the connection that has been idle
 * for longest makes room (RFC 9112 section 9.5 lets a server close it at any time); where all are busy, the new one goes.
 */
export class Connections<Response = never> {
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<Socket, Connection<Response>>();
  /** Those without a request, the one that has been so for longest first. */
  readonly #idle = new Set<Connection<Response>>();
  readonly #busy = new Set<Socket>();
  readonly #ofAddress = new Map<string, number>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Counts the connections of a server that tells of its requests itself: `begin` and `end`. */
  accept(server: Server): void {
    server.on("connection", (socket: Socket) => this.#take(server, socket));
  }

  /** Counts the connections of any server, and its requests. */
  watch(server: Server): void {
    this.accept(server);
    server.prependListener("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
      const connection = this.begin(socket);
      if (connection) response.once("close", () => this.end(connection));
    });
  }

  /** Those that have a request without its whole answer. */
  busy(): Iterable<Socket> {
    return this.#busy;
  }

  /** Requests of this connection that are not answered yet. */
  underWay(socket: Socket): number {
    return this.#open.get(socket)?.requests ?? 0;
  }

  /** A request came; undefined where its connection is over. One that is not the first under way is to wait there. */
  begin(socket: Socket): Connection<Response> | undefined {
    const connection = this.#open.get(socket);
    if (connection === undefined) return undefined;
    connection.requests += 1;
    // What a client sends ahead is held until its turn; many such clients would fill the memory.
    if (connection.requests > mostUnderWay) return void socket.destroy();
    this.#idle.delete(connection);
    this.#busy.add(socket);
    return connection;
  }

  /** A request has its answer, or never will: gives the next one whose turn it is. */
  end(connection: Connection<Response>): Response | undefined {
    const { server, socket, waiting } = connection;
    connection.requests -= 1;
    if (!this.#open.has(socket)) return undefined;
    if (connection.requests > 0) return waiting.shift();
    this.#busy.delete(socket);
    this.#idle.add(connection);
    // Node would wait here until the time for keeping it alive is over.
    if (!server.listening) socket.destroySoon();
    return undefined;
  }

  /** Closes one server: silent connections at once, the others with their last answer or after a time of grace. */
  async closeWith(server: Server, close: () => Promise<void>): Promise<void> {
    // Node counts a connection that never sent a byte (browsers open some in reserve) as busy.
    for (const { server: its, socket } of this.#open.values())
      if (its === server && socket.bytesRead === 0) socket.destroy();
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    try {
      await close();
    } finally {
      clearTimeout(timer);
    }
  }

  #take(server: Server, socket: Socket): void {
    const address = plainAddress(socket.remoteAddress ?? "");
    const counted = this.#limits.isExempt?.(address) ? undefined : countedAs(address);
    // Without an address it is gone already.
    if (address === "" || !this.#makeRoom(counted)) return void socket.destroy();
    const connection = { server, socket, address, counted, requests: 0, waiting: [] };
    this.#open.set(socket, connection);
    this.#idle.add(connection);
    if (counted !== undefined) this.#ofAddress.set(counted, this.#countOf(counted) + 1);
    socket.once("close", () => this.#forget(connection));
    watchReading(socket, () => this.#mayGoOn(connection));
  }

  #mayGoOn({ requests, socket }: Connection<Response>): boolean {
    if (requests >= mostUnderWay) socket.destroy();
    return !socket.destroyed;
  }

  #countOf(counted: string): number {
    return this.#ofAddress.get(counted) ?? 0;
  }

  #makeRoom(counted: string | undefined): boolean {
    if (counted !== undefined && this.#countOf(counted) >= this.#limits.perAddress)
      return this.#dropIdle((each) => each.counted === counted);
    return this.#open.size < this.#limits.all || this.#dropIdle(() => true);
  }

  #dropIdle(isMeant: (connection: Connection<Response>) => boolean): boolean {
    for (const connection of this.#idle) {
      if (!isMeant(connection)) continue;
      this.#forget(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  #forget(connection: Connection<Response>): void {
    const { counted, socket } = connection;
    if (!this.#open.delete(socket)) return;
    this.#idle.delete(connection);
    this.#busy.delete(socket);
    if (counted === undefined) return;
    const left = this.#countOf(counted) - 1;
    if (left > 0) this.#ofAddress.set(counted, left);
    else this.#ofAddress.delete(counted);
  }
}

function countedAs(address: string): string {
  return address.includes(":") ? blockOf(address) : address;
}
