import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { parseMessage, type SipMessage } from "./message.ts";
import { codeOf, type SipPeer } from "./peer.ts";

export interface UdpParts {
  readonly family: 4 | 6;
  /** All of this machine's when absent. */
  readonly address?: string;
  /** 0: any free one. */
  readonly port: number;
  /** `bytes`: the size of the datagram. What is no SIP message is dropped before. */
  received(message: SipMessage, peer: SipPeer, bytes: number): void;
  failed(error: Error): void;
}

/** A bound socket that all requests of one address family leave from and come to. */
export interface UdpEndpoint {
  readonly port: number;
  send(bytes: Buffer, to: { readonly address: string; readonly port: number }, failed?: (code: string) => void): void;
  close(): Promise<void>;
}

/** Asked of the kernel, which may grant less: hundreds of phones answer within one turn of the event loop. */
const receiveBufferBytes = 4 * 1024 * 1024;

/** Rejects with the system's error (`code` EADDRINUSE, …) when the port can't be had. */
export async function bindUdp(parts: UdpParts): Promise<UdpEndpoint> {
  const socket = createSocket({
    type: parts.family === 4 ? "udp4" : "udp6",
    ipv6Only: parts.family === 6,
    // Only IP addresses come here: no resolver per packet.
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
  growBuffer(socket);
  socket.on("error", parts.failed);
  socket.on("message", (datagram, { address, port }) => {
    // Nobody listens at port 0, and sending there throws.
    const message = port === 0 ? undefined : parseMessage(datagram);
    if (message) parts.received(message, { address, port, signalling: "udp" }, datagram.length);
  });
  return endpointOf(socket);
}

function growBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch {
    // Some systems refuse instead of granting less; the default then has to do, and lost answers come again.
  }
}

function endpointOf(socket: Socket): UdpEndpoint {
  let isOpen = true;
  return {
    port: socket.address().port,
    send(bytes, { address, port }, failed) {
      if (isOpen) socket.send(bytes, port, address, (error) => error && failed?.(codeOf(error)));
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

interface Destination {
  readonly address: string;
  readonly port: number;
}

/** The address that this machine sends from to get there; rejects (ENETUNREACH) where there is no way. Sends nothing. */
export async function localAddressFor({ address, port }: Destination): Promise<string> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    await connected(socket, port, address);
    return socket.address().address;
  } finally {
    socket.close();
  }
}

/**
 * Whether the machine there says (ICMP port unreachable) that nobody listens. The system tells it only to a socket
 * that is connected, which one for all phones is not; so this one sends the ping of RFC 5626 section 3.5.1, which any
 * SIP phone ignores (RFC 3261 section 7.5). False when nothing comes back.
 */
export async function isPortClosed({ address, port }: Destination, waitMs: number): Promise<boolean> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    await connected(socket, port, address);
    const refused = once(socket, "error", { signal: AbortSignal.timeout(waitMs) });
    socket.send("\r\n\r\n");
    const [error] = await refused;
    return codeOf(error) === "ECONNREFUSED";
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

function connected(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, address, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}
