import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { returnPort, ServerTransactions, type SipAnswering } from "./answering.ts";
import { SipConnection } from "./connection.ts";
import { isRequest } from "./message.ts";
import { bindUdp, type UdpEndpoint } from "./udp.ts";

export interface SipListenerParts {
  /** An IP address. */
  readonly address: string;
  /** Ports; 0: any free one. What is absent is not listened on. */
  readonly udp?: number;
  readonly tcp?: number;
  readonly tls?: { readonly port: number; readonly key: string; readonly cert: string };
  readonly answer: SipAnswering;
  /** Connections at once. */
  readonly mostConnections?: number;
  failed?(error: Error): void;
}

export interface SipListener {
  readonly ports: { readonly udp?: number; readonly tcp?: number; readonly tls?: number };
  close(): Promise<void>;
}

const idleMs = 120_000;
const handshakeTimeout = 10_000;

/** Takes requests, as a phone does. Rejects with the system's error when a port can't be had; then nothing is open. */
export async function listenSip(parts: SipListenerParts): Promise<SipListener> {
  const transactions = new ServerTransactions(parts.answer);
  const closing: (() => Promise<void>)[] = [];
  // Each only once, however often it is asked for.
  const close = async () => void (await Promise.all(closing.splice(0).map((each) => each())));
  try {
    const ports: { udp?: number; tcp?: number; tls?: number } = {};
    if (parts.udp !== undefined) {
      const endpoint = await listenUdp(parts, parts.udp, transactions);
      closing.push(() => endpoint.close());
      ports.udp = endpoint.port;
    }
    for (const [signalling, port] of [["tcp", parts.tcp] as const, ["tls", parts.tls?.port] as const]) {
      if (port === undefined) continue;
      const stream = await listenStream(parts, signalling, port, transactions);
      closing.push(stream.close);
      ports[signalling] = stream.port;
    }
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenUdp(parts: SipListenerParts, port: number, transactions: ServerTransactions) {
  const endpoint: UdpEndpoint = await bindUdp({
    ...{ family: parts.address.includes(":") ? 6 : 4, address: parts.address, port },
    received(message, peer) {
      if (!isRequest(message)) return;
      const to = { address: peer.address, port: returnPort(message, peer) };
      void transactions.receive(message, peer, (bytes) => endpoint.send(bytes, to));
    },
    failed: (error) => parts.failed?.(error),
  });
  return endpoint;
}

async function listenStream(
  parts: SipListenerParts,
  signalling: "tcp" | "tls",
  port: number,
  transactions: ServerTransactions,
) {
  const accept = (socket: Socket) => {
    const connection = new SipConnection(socket, {
      ...{ signalling, idleMs },
      received(message, { peer }) {
        if (isRequest(message)) void transactions.receive(message, peer, (bytes) => connection.send(bytes));
      },
    });
  };
  const server: Server =
    parts.tls && signalling === "tls"
      ? createTlsServer({ ...parts.tls, handshakeTimeout }, accept)
      : createServer(accept);
  server.maxConnections = parts.mostConnections ?? 100;
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  // A handshake that fails is the other side's affair.
  server.on("tlsClientError", () => {});
  const listening = once(server, "listening");
  server.listen(port, parts.address);
  await listening;
  server.on("error", (error) => parts.failed?.(error));
  const address = server.address();
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return { port: typeof address === "object" && address ? address.port : port, close };
}
