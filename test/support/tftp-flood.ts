import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readRequest } from "./tftp-datagrams.ts";

export interface Flood {
  /** Answers that came to each of the phones that are still there, by the bytes of the datagram. */
  readonly answers: readonly (readonly Buffer[])[];
  close(): void;
}

export interface FloodParts {
  readonly port: number;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly requests: number;
  /** So many of the silent phones, evenly spread, go on listening; the others close their port at once. */
  readonly listeners: number;
  /** The address of each request, by its number. */
  addressOf(index: number): string;
}

/** Requests at once, before the event loop of the flood may do something else. */
const burst = 200;

/** Each request from a port of its own, and not one ACK. */
export async function flood({ port, paths, requests, listeners, addressOf }: FloodParts): Promise<Flood> {
  const kept: Socket[] = [];
  const answers: Buffer[][] = [];
  const everyNth = Math.ceil(requests / listeners);
  for (let start = 0; start < requests; start += burst) {
    const indices = Array.from({ length: Math.min(burst, requests - start) }, (_, offset) => start + offset);
    const sockets = await Promise.all(indices.map((index) => boundSocket(addressOf(index))));
    for (const [offset, socket] of sockets.entries()) {
      const index = start + offset;
      const heard: Buffer[] = [];
      socket.on("message", (datagram) => heard.push(datagram));
      socket.send(readRequest(paths[index % paths.length] ?? ""), port, "127.0.0.1");
      if (index % everyNth === 0) {
        kept.push(socket);
        answers.push(heard);
      } else socket.close();
    }
  }
  return { answers, close: () => kept.forEach((socket) => void socket.close()) };
}

async function boundSocket(address: string): Promise<Socket> {
  // Without a turn through the resolver a packet is on its way when `send` returns.
  const socket = createSocket({ type: "udp4", lookup: (host, _options, found) => found(null, host, 4) });
  const bound = once(socket, "listening");
  socket.bind(0, address);
  await bound;
  return socket;
}
