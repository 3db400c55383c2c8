import { fork } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { compiled } from "./compiled.ts";
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
  /** Where the requests come from, in turn. */
  readonly addresses: readonly string[];
}

/** Requests at once, before the event loop of the flood may do something else. */
const burst = 200;

/** Each request from a port of its own, and not one ACK. */
export async function flood({ port, paths, requests, listeners, addresses }: FloodParts): Promise<Flood> {
  const kept: Socket[] = [];
  const answers: Buffer[][] = [];
  const everyNth = Math.ceil(requests / listeners);
  for (let start = 0; start < requests; start += burst) {
    const indices = Array.from({ length: Math.min(burst, requests - start) }, (_, offset) => start + offset);
    const sockets = await Promise.all(indices.map((index) => boundSocket(addresses[index % addresses.length] ?? "")));
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

export interface FloodApart {
  /** All requests were sent. */
  readonly sent: Promise<void>;
  close(): Promise<void>;
}

/**
 * The same in a process of its own: a phone beside the flood whose own event loop is held by the flood would answer too
 * late, and its place would be taken with reason.
 */
export function floodApart(parts: FloodParts): FloodApart {
  const child = fork(compiled("test/support/tftp-flood-apart.ts"), [JSON.stringify(parts)]);
  const ended = once(child, "exit");
  return {
    sent: new Promise((resolve, reject) => {
      child.once("message", () => resolve());
      void ended.then(([code]) => reject(new Error(`the flood ended with ${code}`)));
    }),
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

async function boundSocket(address: string): Promise<Socket> {
  // Without a turn through the resolver a packet is on its way when `send` returns.
  const socket = createSocket({ type: "udp4", lookup: (host, _options, found) => found(null, host, 4) });
  const bound = once(socket, "listening");
  socket.bind(0, address);
  await bound;
  return socket;
}
