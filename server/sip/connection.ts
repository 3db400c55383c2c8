import type { Socket } from "node:net";
import type { SipMessage } from "./message.ts";
import type { SipPeer } from "./peer.ts";
import { codeOf } from "./peer.ts";
import { MessageStream } from "./stream.ts";

/** Unsent bytes; who reads no more than that is not served any longer. */
const mostUnsentBytes = 1024 * 1024;

export interface ConnectionParts {
  readonly signalling: "tcp" | "tls";
  /** Milliseconds without a byte from the other side. */
  readonly idleMs: number;
  received(message: SipMessage, connection: SipConnection): void;
}

/** A TCP or TLS connection that is up, whoever opened it: whole messages in and out. */
export class SipConnection {
  readonly peer: SipPeer;
  /** This side of it. */
  readonly local: { readonly address: string; readonly port: number };
  /** Told once, with the system's code, that it is over. */
  readonly closed: Promise<string>;
  /** Requests under way on it. */
  users = 0;
  readonly #socket: Socket;
  #isOpen = true;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
    this.peer = { address: remoteAddress, port: remotePort, signalling: parts.signalling };
    this.local = { address: localAddress, port: localPort };
    this.closed = new Promise((resolve) => {
      socket.on("error", (error) => resolve(codeOf(error)));
      socket.once("close", () => resolve("ECONNRESET"));
      if (socket.destroyed) resolve("ECONNRESET");
    });
    socket.once("close", () => {
      this.#isOpen = false;
    });
    socket.setNoDelay(true);
    socket.setTimeout(parts.idleMs, () => socket.destroy());
    const stream = new MessageStream();
    socket.on("data", (chunk: Buffer) => {
      if (!stream.push(chunk, (message) => parts.received(message, this))) socket.destroy();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#socket.writable;
  }

  send(bytes: Buffer): void {
    if (!this.isOpen) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > mostUnsentBytes) this.#socket.destroy();
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }
}
