import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type ConnectionParts, SipConnection } from "./connection.ts";
import type { SipMessage } from "./message.ts";
import type { SipPeer } from "./peer.ts";

export interface ConnectionsParts {
  /** Where they leave from; the port is any. */
  readonly address?: string;
  readonly most: number;
  readonly connectMs: number;
  readonly idleMs: number;
  received(message: SipMessage, connection: SipConnection): void;
  /** It is over, with the system's code. */
  ended(connection: SipConnection, code: string): void;
}

interface Held {
  readonly opening: Promise<SipConnection>;
  /** As soon as it is up. */
  connection?: SipConnection;
}

/** Connections that this side opens: one to a destination, kept for a while, the longest unused given up for a new one. */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #open = new Map<string, Held>();

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  /** `isFresh`: opened for this call. Rejects with the system's error. */
  async to(destination: SipPeer): Promise<{ readonly connection: SipConnection; readonly isFresh: boolean }> {
    const key = `${destination.signalling} ${destination.port} ${destination.address}`;
    const known = this.#open.get(key);
    if (known?.connection?.isOpen) {
      this.#keep(key, known);
      return { connection: known.connection, isFresh: false };
    }
    const isOpening = known !== undefined && known.connection === undefined;
    const { opening } = isOpening ? known : this.#begin(key, destination);
    return { connection: await opening, isFresh: true };
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(async ({ opening }) => (await opening.catch(() => undefined))?.close()));
  }

  #begin(key: string, destination: SipPeer): Held {
    const held: Held = { opening: this.#dial(destination) };
    this.#keep(key, held);
    const forget = () => {
      if (this.#open.get(key) === held) this.#open.delete(key);
    };
    const opened = held.opening.then((connection) => {
      held.connection = connection;
      return connection.closed;
    });
    opened.then(forget, forget);
    return held;
  }

  /** Moves it to the end of those to be given up; one that a request is under way on stays. */
  #keep(key: string, held: Held): void {
    this.#open.delete(key);
    this.#open.set(key, held);
    if (this.#open.size <= this.#parts.most) return;
    const unused = [...this.#open].find(([, { connection }]) => connection?.users === 0);
    if (!unused) return;
    this.#open.delete(unused[0]);
    void unused[1].connection?.close();
  }

  async #dial({ address, port, signalling }: SipPeer): Promise<SipConnection> {
    const { address: localAddress, connectMs, idleMs, received } = this.#parts;
    const target = { host: address, port, ...(localAddress && { localAddress, family: isIP(localAddress) }) };
    // A phone shows a certificate of its maker or of itself, for no name that is known here. The line's secret does not
    // depend on it: digest never sends that.
    const socket = signalling === "tls" ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    await isUp(socket, signalling === "tls" ? "secureConnect" : "connect", connectMs);
    const parts: ConnectionParts = { signalling: signalling === "tls" ? "tls" : "tcp", idleMs, received };
    const connection = new SipConnection(socket, parts);
    void connection.closed.then((code) => this.#parts.ended(connection, code));
    return connection;
  }
}

function isUp(socket: Socket, event: string, connectMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => socket.destroy(Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" }));
    const timer = setTimeout(late, connectMs);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
    // For good: a failure that nobody listens to would end the process.
    socket.on("error", reject);
    // Also without an error: a handshake that the other side just ends.
    socket.once("close", () => {
      clearTimeout(timer);
      reject(Object.assign(new Error("closed while connecting"), { code: "ECONNRESET" }));
    });
  });
}
