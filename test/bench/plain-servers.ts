import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerJobs } from "./jobs.ts";

/**
 * What Node can do when nothing but the bytes is to be served: every packet is made in advance, no option but blksize,
 * no repeat, no check. It shows how far the load goes, and what all that Offhook does for a phone costs.
 */
export interface PlainJob {
  readonly files: readonly { readonly path: string; readonly disk: string }[];
}

export interface PlainPorts {
  readonly tftp: number;
  readonly http: number;
}

const host = "127.0.0.1";

async function serve({ files }: PlainJob): Promise<PlainPorts> {
  const bodies = new Map<string, Buffer>();
  for (const { path, disk } of files) bodies.set(path, await readFile(disk));
  return { tftp: await serveTftp(bodies), http: await serveHttp(bodies) };
}

interface Transfer {
  readonly packets: readonly Buffer[];
}

async function serveTftp(bodies: ReadonlyMap<string, Buffer>): Promise<number> {
  const socket = createSocket({ type: "udp4", lookup: (address, _options, found) => found(null, address, 4) });
  const bound = once(socket, "listening");
  socket.bind(0, host);
  await bound;
  socket.setRecvBufferSize(4 * 1024 * 1024);
  socket.setSendBufferSize(4 * 1024 * 1024);
  const packets = new Map<string, readonly Buffer[]>();
  const transfers = new Map<number, Transfer>();
  socket.on("message", (datagram, peer) => {
    const packet = datagram[1] === 1 ? begin(datagram, peer) : datagram[1] === 4 ? goOn(datagram, peer) : undefined;
    if (packet) socket.send(packet, peer.port, host);
  });

  function begin(datagram: Buffer, { port }: RemoteInfo): Buffer | undefined {
    const [path = "", , , blksize = "512"] = datagram.toString("latin1", 2).split("\0");
    const key = `${blksize} ${path}`;
    const made = packets.get(key) ?? cut(bodies.get(path) ?? Buffer.alloc(0), Number(blksize));
    packets.set(key, made);
    transfers.set(port, { packets: made });
    return made[blksize === "512" ? 1 : 0];
  }

  function goOn(datagram: Buffer, { port }: RemoteInfo): Buffer | undefined {
    return transfers.get(port)?.packets[datagram.readUInt16BE(2) + 1];
  }

  return socket.address().port;
}

/** The OACK and then every block. */
function cut(body: Buffer, blksize: number): Buffer[] {
  const packets = [Buffer.from(`\0\x06blksize\0${blksize}\0`)];
  for (let from = 0; from <= body.length; from += blksize) {
    const head = Buffer.from([0, 3, packets.length >> 8, packets.length & 0xff]);
    packets.push(Buffer.concat([head, body.subarray(from, from + blksize)]));
  }
  return packets;
}

async function serveHttp(bodies: ReadonlyMap<string, Buffer>): Promise<number> {
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? "");
    response.writeHead(body ? 200 : 404, { "content-type": "application/xml", "content-length": body?.length ?? 0 });
    response.end(body);
  });
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

answerJobs(serve);
