import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A TFTP client that sends and receives single datagrams, written from the RFCs and sharing no code with the server. */

/** A packet from the server, taken apart. `port` is where it came from. */
export type TftpPacket =
  | { readonly kind: "data"; readonly block: number; readonly data: Buffer; readonly port: number }
  | { readonly kind: "error"; readonly code: number; readonly text: string; readonly port: number }
  | { readonly kind: "oack"; readonly options: Readonly<Record<string, string>>; readonly port: number };

export interface TftpPhone {
  readonly port: number;
  send(datagram: Buffer, port: number): void;
  /** A read request; options as `["blksize", "1428"]`. */
  ask(port: number, path: string, options?: readonly (readonly [string, string])[], mode?: string): void;
  ack(block: number, port: number): void;
  fail(code: number, text: string, port: number): void;
  /** The next packet; rejects when none comes within so many milliseconds. */
  next(withinMs?: number): Promise<TftpPacket>;
  nextData(withinMs?: number): Promise<Extract<TftpPacket, { kind: "data" }>>;
  nextError(withinMs?: number): Promise<Extract<TftpPacket, { kind: "error" }>>;
  nextOack(withinMs?: number): Promise<Extract<TftpPacket, { kind: "oack" }>>;
  /** How many packets have come that `next` has not given yet. */
  waiting(): number;
  close(): void;
}

export async function openTftpPhone(host = "127.0.0.1"): Promise<TftpPhone> {
  const family = host.includes(":") ? 6 : 4;
  // Without a turn through the resolver a packet is on its way when `send` returns, also before `close`.
  const socket = createSocket({
    type: `udp${family}`,
    lookup: (address, _options, found) => found(null, address, family),
  });
  const bound = once(socket, "listening");
  socket.bind(0, host);
  await bound;
  socket.setRecvBufferSize(1024 * 1024);
  return phoneOver(socket, host);
}

function phoneOver(socket: Socket, host: string): TftpPhone {
  const packets: TftpPacket[] = [];
  const waiters: ((packet: TftpPacket) => void)[] = [];
  socket.on("message", (datagram, from) => {
    const packet = parsePacket(datagram, from.port);
    const waiter = waiters.shift();
    if (waiter === undefined) packets.push(packet);
    else waiter(packet);
  });
  const next = (withinMs = 3000): Promise<TftpPacket> => {
    const packet = packets.shift();
    if (packet !== undefined) return Promise.resolve(packet);
    return new Promise((resolve, reject) => {
      const waiter = (late: TftpPacket) => {
        clearTimeout(timer);
        resolve(late);
      };
      const timer = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        reject(new Error(`no packet came within ${withinMs} ms`));
      }, withinMs);
      waiters.push(waiter);
    });
  };
  const nextOf = async <Kind extends TftpPacket["kind"]>(kind: Kind, withinMs?: number) => {
    const packet = await next(withinMs);
    if (packet.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(packet)}`);
    return packet as Extract<TftpPacket, { kind: Kind }>;
  };
  const send = (datagram: Buffer, port: number) => socket.send(datagram, port, host);
  return {
    port: socket.address().port,
    send,
    ask: (port, path, options = [], mode = "octet") => send(readRequest(path, options, mode), port),
    ack: (block, port) => send(Buffer.from([0, 4, block >> 8, block & 0xff]), port),
    fail: (code, text, port) => send(Buffer.from(`\0\x05\0${String.fromCharCode(code)}${text}\0`, "latin1"), port),
    next,
    nextData: (withinMs) => nextOf("data", withinMs),
    nextError: (withinMs) => nextOf("error", withinMs),
    nextOack: (withinMs) => nextOf("oack", withinMs),
    waiting: () => packets.length,
    close: () => socket.close(),
  };
}

export function readRequest(
  path: string,
  options: readonly (readonly [string, string])[] = [],
  mode = "octet",
): Buffer {
  const texts = [path, mode, ...options.flat()];
  return Buffer.from(`\0\x01${texts.map((text) => `${text}\0`).join("")}`, "utf8");
}

function parsePacket(datagram: Buffer, port: number): TftpPacket {
  const operation = datagram.readUInt16BE(0);
  if (operation === 3) return { kind: "data", block: datagram.readUInt16BE(2), data: datagram.subarray(4), port };
  if (operation === 5) {
    return {
      kind: "error",
      code: datagram.readUInt16BE(2),
      text: datagram.toString("utf8", 4, datagram.length - 1),
      port,
    };
  }
  if (operation !== 6) throw new Error(`the server sent an operation that no client knows: ${operation}`);
  const texts = datagram.toString("latin1", 2, datagram.length - 1).split("\0");
  const options: Record<string, string> = {};
  for (let i = 0; i < texts.length; i += 2) options[texts[i] ?? ""] = texts[i + 1] ?? "";
  return { kind: "oack", options, port };
}
