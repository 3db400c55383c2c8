import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { RecentKeys } from "./recent-keys.ts";
import type { Transfer } from "./transfer.ts";

/** Who a packet came from. `address` is as the socket gives it, mapped or with a zone: it is what replies go to. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Address and port in one. */
  readonly key: string;
}

export interface EndpointParts {
  readonly family: 4 | 6;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  received(endpoint: Endpoint, datagram: Buffer, peer: Peer): void;
  failed(error: Error): void;
}

/** Asked of the kernel, which may grant less: two thousand phones ask within one turn of the event loop. */
const socketBufferBytes = 4 * 1024 * 1024;

/** A bound socket and the transfers that run over it, by the client's key. */
export class Endpoint {
  readonly transfers = new Map<string, Transfer>();
  /** Clients whose transfer ended here a moment ago. */
  readonly ended = new RecentKeys(10_000);
  readonly #socket: Socket;
  #isOpen = true;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** A packet that the kernel does not take is lost like any other; the timer repeats it. */
  send(packet: Buffer, peer: Peer): void {
    if (this.#isOpen) this.#socket.send(packet, peer.port, peer.address);
  }

  /** The client's transfer is over. */
  leave(peer: Peer): void {
    this.transfers.delete(peer.key);
    this.ended.add(peer.key);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }
}

/** Rejects with the system's error (`code` EADDRINUSE, EACCES, …) when the port cannot be had. */
export async function bindEndpoint(parts: EndpointParts): Promise<Endpoint> {
  const socket = createSocket({
    type: parts.family === 4 ? "udp4" : "udp6",
    ipv6Only: false,
    // Only IP addresses come here: no resolver, and no turn of the event loop, per packet.
    lookup: (address, _options, callback) => callback(null, address, parts.family),
  });
  try {
    const bound = once(socket, "listening");
    socket.bind(parts.port, parts.address);
    await bound;
  } catch (error) {
    socket.close();
    throw error;
  }
  growBuffers(socket);
  const endpoint = new Endpoint(socket);
  socket.on("error", (error) => parts.failed(error));
  socket.on("message", (datagram, from) => {
    // Nobody listens at port 0, and sending there throws.
    if (from.port !== 0) parts.received(endpoint, datagram, peerOf(from));
  });
  return endpoint;
}

function peerOf({ address, port }: RemoteInfo): Peer {
  return { address, port, key: `${port} ${address}` };
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(socketBufferBytes);
    socket.setSendBufferSize(socketBufferBytes);
  } catch {
    // Some systems refuse instead of granting less; the default then has to do.
  }
}

/** An IPv4 address that came mapped into IPv6 (RFC 4291 section 2.5.5.2) in its dotted form. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}
