import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv6, SocketAddress } from "node:net";
import { createDallying } from "./dallying.ts";
import { acknowledge, errorPacket, parseAnswer, readRequest, type TftpAnswer } from "./tftp-packets.ts";

export interface TftpAsk {
  readonly host: string;
  readonly port: number;
  /** The phone's own address; without it the system chooses. */
  readonly from?: string;
  readonly name: string;
  /** Bytes of a block to ask for (RFC 2348); without it no option is sent and blocks have 512 bytes. */
  readonly blksize?: number;
  /** Asks for the size in advance (RFC 2349). */
  readonly tsize?: boolean;
  /** Zero bytes after the request. */
  readonly padding?: number;
  /** Milliseconds before each repeat and before giving up; 1000, 2000, 4000 without it. */
  readonly waits?: readonly number[];
  /** Ends the transfer politely after the first block: only whether the file is there matters. */
  readonly beginningOnly?: boolean;
  /** Asked for each packet, in and out: whether the network loses it. */
  readonly loses?: () => boolean;
}

export interface TftpFile {
  readonly bytes: Buffer;
  /** What the server said in an OACK. */
  readonly size?: number;
}

/** `code` is what the server's ERROR packet says (RFC 1350), or that no answer came, or that the transfer broke. */
export class TftpError extends Error {
  readonly code: number | "silent" | "broken";

  constructor(code: number | "silent" | "broken", message: string) {
    super(message);
    this.name = "TftpError";
    this.code = code;
  }
}

const defaultWaits = [1000, 2000, 4000];
const defaultBlksize = 512;
/** More than any firmware file; a server that never ends must not fill the memory. */
const mostBytes = 128 * 1024 * 1024;
/**
 * Servers repeat after one to five seconds. Two thousand phones end some thousand transfers within that, and a process
 * may open at least 10,000 descriptors nearly everywhere.
 */
const dallying = createDallying(5000, 4096);
/** Where packets are lost, the server may have to repeat its last block several times before it is told that it came. */
const longDallying = createDallying(20_000, 1024);

/**
 * Reads one file as a phone does: octet mode, one socket, one block at a time. Fails with a TftpError, or with the
 * signal's reason.
 */
export async function fetchOverTftp(ask: TftpAsk, signal?: AbortSignal): Promise<TftpFile> {
  signal?.throwIfAborted();
  // IPv4 first, as most phones have nothing else; a server on :: answers it too.
  const { address, family } = await lookup(ask.host, { order: "ipv4first" });
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    return await new Promise((resolve, reject) => {
      const transfer = new Transfer(ask, socket, plainAddress(address), { resolve, reject });
      socket.on("message", (datagram, from) => {
        if (!ask.loses?.()) transfer.hear(datagram, from);
      });
      socket.on("error", (error) => transfer.fail(error.message));
      if (ask.from !== undefined) socket.bind({ port: 0, address: ask.from });
      signal?.addEventListener("abort", () => transfer.stop(signal.reason), { once: true, signal: transfer.over });
      if (signal?.aborted) transfer.stop(signal.reason);
      else transfer.begin();
    });
  } finally {
    (ask.loses ? longDallying : dallying).hold(socket);
  }
}

interface Settle {
  resolve(file: TftpFile): void;
  reject(error: unknown): void;
}

class Transfer {
  readonly #ask: TftpAsk;
  readonly #socket: Socket;
  readonly #server: string;
  readonly #settle: Settle;
  readonly #waits: readonly number[];
  readonly #over = new AbortController();
  readonly #blocks: Buffer[] = [];
  /** The server's side of the transfer (TID, RFC 1350 section 4): the port its first answer came from. */
  #port: number | undefined;
  #blksize = defaultBlksize;
  #size: number | undefined;
  #bytes = 0;
  #last: Buffer;
  /** What ended the transfer in order. */
  #farewell: Buffer | undefined;
  #repeats = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ask: TftpAsk, socket: Socket, server: string, settle: Settle) {
    this.#ask = ask;
    this.#socket = socket;
    this.#server = server;
    this.#settle = settle;
    this.#waits = ask.waits ?? defaultWaits;
    const options: (readonly [string, number])[] = [];
    if (ask.blksize !== undefined) options.push(["blksize", ask.blksize]);
    if (ask.tsize) options.push(["tsize", 0]);
    this.#last = readRequest(ask.name, options, ask.padding ?? 0);
  }

  /** Aborted when the transfer has ended in any way. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  begin(): void {
    this.#say(this.#last);
  }

  hear(datagram: Buffer, from: RemoteInfo): void {
    const answer = parseAnswer(datagram);
    if (answer === undefined || plainAddress(from.address) !== this.#server) return;
    if (this.over.aborted) this.#hearLate(answer, from);
    else if (this.#port === undefined ? this.#canBegin(answer) : this.#port === from.port) this.#follow(answer, from);
    else if (this.#port !== undefined) this.#turnAway(answer, from);
  }

  fail(reason: string): void {
    this.stop(new TftpError(this.#port === undefined ? "silent" : "broken", reason));
  }

  stop(error: unknown): void {
    this.#end();
    this.#settle.reject(error);
  }

  /** A block from the middle was meant for another phone, and does not choose the TID of this transfer. */
  #canBegin(answer: TftpAnswer): boolean {
    return answer.kind !== "data" || answer.block === 1;
  }

  #follow(answer: TftpAnswer, { port }: RemoteInfo): void {
    this.#port = port;
    if (answer.kind === "error") this.stop(new TftpError(answer.code, answer.text || "no reason given"));
    else if (this.#ask.beginningOnly) this.#leaveWith(errorPacket(0, "that is enough"));
    else if (answer.kind === "oack") this.#agree(answer.options);
    else this.#take(answer);
  }

  /** RFC 1350 section 6: the server sends its last packet again when ours was lost, and gets ours again. */
  #hearLate(answer: TftpAnswer, from: RemoteInfo): void {
    if (this.#farewell === undefined || from.port !== this.#port) this.#turnAway(answer, from);
    else if (answer.kind !== "error") this.#socket.send(this.#farewell, from.port, from.address);
  }

  /**
   * RFC 1350 section 4: a packet from another TID is answered with an error and disturbs nothing. An ERROR is not: two
   * that know nothing of each other would go on for ever.
   */
  #turnAway({ kind }: TftpAnswer, { port, address }: RemoteInfo): void {
    if (kind !== "error") this.#socket.send(errorPacket(5, "unknown transfer"), port, address);
  }

  #agree(options: ReadonlyMap<string, string>): void {
    if (this.#blocks.length > 0) return;
    const blksize = Number(options.get("blksize") ?? defaultBlksize);
    // RFC 2348: the server may answer with less than was asked for, never more.
    if (blksize >= 8 && blksize <= (this.#ask.blksize ?? defaultBlksize)) {
      this.#blksize = blksize;
      if (options.has("tsize")) this.#size = Number(options.get("tsize"));
      this.#go(acknowledge(0));
    } else this.fail(`the server chose a block size of ${blksize}`);
  }

  #take({ block, bytes }: Extract<TftpAnswer, { kind: "data" }>): void {
    const received = this.#blocks.length;
    // Our ACK was lost: the server sends the block again and gets it again (RFC 1350 section 2).
    if (received > 0 && block === (received & 0xffff)) this.#send(this.#last);
    else if (block !== ((received + 1) & 0xffff)) return;
    else if (bytes.length > this.#blksize) this.fail(`a block is longer than ${this.#blksize} bytes`);
    else this.#add(block, bytes);
  }

  #add(block: number, bytes: Buffer): void {
    this.#blocks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > mostBytes) this.fail("the file does not end");
    else if (bytes.length === this.#blksize) this.#go(acknowledge(block));
    else this.#leaveWith(acknowledge(block));
  }

  #leaveWith(packet: Buffer): void {
    const file = this.#file();
    this.#farewell = packet;
    this.#end();
    this.#send(packet, () => this.#settle.resolve(file));
  }

  #file(): TftpFile {
    return { bytes: Buffer.concat(this.#blocks), ...(this.#size !== undefined && { size: this.#size }) };
  }

  /** Something new came: answer it and begin to wait from the start. */
  #go(packet: Buffer): void {
    this.#last = packet;
    this.#repeats = 0;
    this.#say(packet);
  }

  #say(packet: Buffer): void {
    clearTimeout(this.#timer);
    this.#send(packet);
    this.#timer = setTimeout(() => this.#silence(), this.#waits[this.#repeats] ?? 0);
  }

  #silence(): void {
    this.#repeats += 1;
    if (this.#repeats < this.#waits.length) this.#say(this.#last);
    else this.fail(this.#port === undefined ? "no answer" : `no answer after block ${this.#blocks.length}`);
  }

  #send(packet: Buffer, sent?: () => void): void {
    if (this.#ask.loses?.()) return void sent?.();
    this.#socket.send(packet, this.#port ?? this.#ask.port, this.#server, (error) => {
      if (error && !this.over.aborted) this.fail(error.message);
      else sent?.();
    });
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#blocks.length = 0;
    this.#over.abort();
  }
}

/** One spelling of an address, so that where a packet came from can be compared. Scoped addresses stay as they are. */
function plainAddress(address: string): string {
  if (!isIPv6(address) || address.includes("%")) return address;
  return new SocketAddress({ address, family: "ipv6" }).address;
}
