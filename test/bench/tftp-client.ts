import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** How every client of one round asks. */
export interface TftpTerms {
  readonly host: string;
  readonly port: number;
  /** 512: asked without that option, as most phones do. */
  readonly blksize: number;
  /** 1: asked without that option. */
  readonly windowsize: number;
  /** Whether the next datagram, sent or received, is lost. */
  loses(): boolean;
}

export interface ClientFile {
  readonly path: string;
  readonly bytes: Buffer;
}

const repeatMs = 1000;
/** Each phone uses several ports in turn, as one that boots does: packets of the last transfer mean nothing to the next. */
const portsOfPhone = 4;

/** Fetches files, one after the other, and checks every byte of what comes. */
export class TftpClient {
  readonly #sockets: Socket[] = [];
  readonly #terms: TftpTerms;
  readonly #request: (path: string) => Buffer;
  #turn = 0;
  #file: ClientFile | undefined;
  #block = 0;
  #windowsize = 1;
  /** Blocks that came in order since the last ACK. */
  #unanswered = 0;
  #last: Buffer = Buffer.alloc(0);
  #peer = 0;
  #heardAt = 0;
  #done: ((error?: Error) => void) | undefined;
  /** Packets that were sent again after a silence. */
  repeats = 0;
  /** Bytes of files that came in order. */
  received = 0;

  constructor(terms: TftpTerms) {
    this.#terms = terms;
    const options = [
      ...(terms.blksize === 512 ? [] : ["blksize", terms.blksize]),
      ...(terms.windowsize === 1 ? [] : ["windowsize", terms.windowsize]),
    ];
    this.#request = (path) => Buffer.from(`\0\x01${[path, "octet", ...options].join("\0")}\0`);
  }

  async open(): Promise<void> {
    for (let index = 0; index < portsOfPhone; index += 1) {
      const socket = createSocket({ type: "udp4", lookup: (address, _options, found) => found(null, address, 4) });
      const bound = once(socket, "listening");
      socket.bind(0);
      await bound;
      socket.on("message", (datagram, { port }) => {
        if (index === this.#turn && !this.#terms.loses()) this.#hear(datagram, port);
      });
      this.#sockets.push(socket);
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  /** Resolves with the last byte; rejects at an ERROR and at a wrong byte. */
  fetch(file: ClientFile): Promise<void> {
    this.#turn = (this.#turn + 1) % portsOfPhone;
    this.#file = file;
    this.#block = 0;
    this.#unanswered = 0;
    this.#windowsize = 1;
    this.#peer = this.#terms.port;
    return new Promise((resolve, reject) => {
      this.#done = (error) => (error ? reject(error) : resolve());
      this.#say(this.#request(file.path));
    });
  }

  /** Called now and then. */
  tick(now: number): void {
    if (this.#done === undefined || now - this.#heardAt < repeatMs) return;
    this.repeats += 1;
    this.#say(this.#last);
  }

  /** Breaks off what is under way, as a phone does that is switched off: an ERROR tells the server. */
  stop(): void {
    if (this.#done === undefined) return;
    this.#say(Buffer.from("\0\x05\0\0enough\0"));
    this.#end();
  }

  #hear(datagram: Buffer, port: number): void {
    const file = this.#file;
    // RFC 1350 section 4: late packets of the transfer before come from another port.
    if (file === undefined || (this.#block > 0 && port !== this.#peer)) return;
    const operation = datagram[1];
    if (operation === 3) this.#take(file, datagram, port);
    else if (operation === 6 && this.#block === 0) this.#agree(datagram, port);
    else if (operation === 5) this.#end(new Error(`${file.path}: ${datagram.toString("latin1", 4)}`));
  }

  #agree(datagram: Buffer, port: number): void {
    const words = datagram.toString("latin1", 2).toLowerCase().split("\0");
    const at = words.indexOf("windowsize");
    this.#windowsize = at < 0 ? 1 : Number(words[at + 1]);
    this.#acknowledge(port);
  }

  #take(file: ClientFile, datagram: Buffer, port: number): void {
    if (datagram.readUInt16BE(2) === ((this.#block + 1) & 0xffff)) this.#check(file, datagram, port);
    else this.#missed(port);
  }

  #check(file: ClientFile, datagram: Buffer, port: number): void {
    const { blksize } = this.#terms;
    const from = this.#block * blksize;
    const to = Math.min(from + blksize, file.bytes.length);
    if (datagram.compare(file.bytes, from, to, 4) !== 0) {
      this.#end(new Error(`${file.path}: wrong bytes`));
      return;
    }
    this.#block += 1;
    this.#unanswered += 1;
    this.received += to - from;
    const isLast = datagram.length - 4 < blksize;
    if (isLast || this.#unanswered >= this.#windowsize) this.#acknowledge(port);
    if (isLast) this.#end();
  }

  /** RFC 7440 section 4: after a gap the last block in order is acknowledged, once. */
  #missed(port: number): void {
    if (this.#windowsize > 1 && this.#unanswered > 0) this.#acknowledge(port);
  }

  #acknowledge(port: number): void {
    const packet = Buffer.allocUnsafe(4);
    packet.writeUInt16BE(4, 0);
    packet.writeUInt16BE(this.#block & 0xffff, 2);
    this.#unanswered = 0;
    this.#peer = port;
    this.#say(packet);
  }

  #say(packet: Buffer): void {
    this.#last = packet;
    this.#heardAt = performance.now();
    if (!this.#terms.loses()) this.#sockets[this.#turn]?.send(packet, this.#peer, this.#terms.host);
  }

  #end(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    this.#file = undefined;
    done?.(error);
  }
}
