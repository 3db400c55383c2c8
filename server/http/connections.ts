import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { blockOf, plainAddress } from "../domain/network.ts";

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

interface Connection {
  readonly server: Server;
  readonly socket: Socket;
  /** What is counted as one address; undefined where it is exempt. */
  readonly address: string | undefined;
  requests: number;
  readonly waiting: (() => void)[];
}

/**
 * Counts connections and lets a listener stop in good time. When a limit is reached, the connection that has been idle
 * for longest makes room (RFC 9112 section 9.5 lets a server close it at any time); where all are busy, the new one goes.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<Socket, Connection>();
  /** Those without a request, the one that has been so for longest first. */
  readonly #idle = new Set<Connection>();
  readonly #busy = new Set<Socket>();
  readonly #ofAddress = new Map<string, number>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Stands before those who listen for requests of the server already. */
  watch(server: Server): void {
    const listeners = server.listeners("request");
    server.removeAllListeners("request");
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#begin(request, response);
      // What came in one piece is taken apart to its end, thousands of requests: cheap only when nobody looks at them.
      if (!request.socket.destroyed) for (const listen of listeners) listen.call(server, request, response);
    });
    server.on("connection", (socket: Socket) => this.#take(server, socket));
  }

  /** Those that have a request without its whole answer. */
  busy(): Iterable<Socket> {
    return this.#busy;
  }

  /** Requests of this connection that are not answered yet, the one that is asking included. */
  underWay(socket: Socket): number {
    return this.#open.get(socket)?.requests ?? 0;
  }

  /** Calls back when what was asked before on this connection has its answer: never, when that breaks. */
  inTurn(socket: Socket, pass: () => void): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined && connection.requests > 1) connection.waiting.push(pass);
    else pass();
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
    const { remoteAddress } = socket;
    const address = remoteAddress && this.#countedAs(plainAddress(remoteAddress));
    // Without an address it is gone already.
    if (remoteAddress === undefined || !this.#makeRoom(address)) return void socket.destroy();
    const connection = { server, socket, address, requests: 0, waiting: [] };
    this.#open.set(socket, connection);
    this.#idle.add(connection);
    if (address !== undefined) this.#ofAddress.set(address, this.#countOf(address) + 1);
    socket.once("close", () => this.#forget(connection));
  }

  #countedAs(address: string): string | undefined {
    if (this.#limits.isExempt?.(address)) return undefined;
    return address.includes(":") ? blockOf(address) : address;
  }

  #countOf(address: string): number {
    return this.#ofAddress.get(address) ?? 0;
  }

  #makeRoom(address: string | undefined): boolean {
    if (address !== undefined && this.#countOf(address) >= this.#limits.perAddress)
      return this.#dropIdle((each) => each.address === address);
    return this.#open.size < this.#limits.all || this.#dropIdle(() => true);
  }

  #dropIdle(isMeant: (connection: Connection) => boolean): boolean {
    for (const connection of this.#idle) {
      if (!isMeant(connection)) continue;
      this.#forget(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  #forget(connection: Connection): void {
    const { address, socket } = connection;
    if (!this.#open.delete(socket)) return;
    this.#idle.delete(connection);
    this.#busy.delete(socket);
    if (address === undefined) return;
    const left = this.#countOf(address) - 1;
    if (left > 0) this.#ofAddress.set(address, left);
    else this.#ofAddress.delete(address);
  }

  #begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.requests += 1;
    // What a client sends ahead is held until its turn; many such clients would fill the memory.
    if (connection.requests > mostUnderWay) socket.destroy();
    this.#idle.delete(connection);
    this.#busy.add(socket);
    response.once("close", () => this.#end(connection));
  }

  #end(connection: Connection): void {
    const { server, socket, waiting } = connection;
    connection.requests -= 1;
    if (!this.#open.has(socket)) return;
    waiting.shift()?.();
    if (connection.requests > 0) return;
    this.#busy.delete(socket);
    this.#idle.add(connection);
    // Node would wait here until the time for keeping it alive is over.
    if (!server.listening) socket.destroySoon();
  }
}
