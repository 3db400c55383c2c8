import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { answerJobs } from "./jobs.ts";
import { percentile, startCpuClock } from "./measures.ts";

/** A process that fetches files over TFTP, many at a time, and checks every byte of what comes. */

export interface TftpJob {
  readonly port: number;
  readonly files: readonly { readonly path: string; readonly base64: string }[];
  /** 512: asked without an option, as most phones do. */
  readonly blksize: number;
  readonly atATime: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Percent of one core that this process used. */
  readonly cpu: number;
  /** Packets that had to be sent again, or requests that were not served. */
  readonly faults: number;
}

interface File {
  readonly path: string;
  readonly bytes: Buffer;
}

const host = "127.0.0.1";
const repeatMs = 1000;
/** Each phone uses several ports in turn, as one that boots does: packets of the last transfer mean nothing to the next. */
const portsOfPhone = 4;

class Phone {
  readonly #sockets: Socket[] = [];
  readonly #job: TftpJob;
  readonly #took: number[];
  readonly #request: (path: string) => Buffer;
  #turn = 0;
  #file: File | undefined;
  #block = 0;
  #last: Buffer = Buffer.alloc(0);
  #peer = 0;
  #startedAt = 0;
  #sentAt = 0;
  #done: ((error?: Error) => void) | undefined;
  repeats = 0;

  constructor(job: TftpJob, took: number[]) {
    this.#job = job;
    this.#took = took;
    const options = job.blksize === 512 ? "" : `blksize\0${job.blksize}\0`;
    this.#request = (path) => Buffer.from(`\0\x01${path}\0octet\0${options}`);
  }

  async open(): Promise<void> {
    for (let index = 0; index < portsOfPhone; index += 1) {
      const socket = createSocket({ type: "udp4", lookup: (address, _options, found) => found(null, address, 4) });
      const bound = once(socket, "listening");
      socket.bind(0, host);
      await bound;
      socket.on("message", (datagram, { port }) => {
        if (index === this.#turn) this.#hear(datagram, port);
      });
      this.#sockets.push(socket);
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  fetch(file: File): Promise<void> {
    this.#turn = (this.#turn + 1) % portsOfPhone;
    this.#file = file;
    this.#block = 0;
    this.#peer = this.#job.port;
    this.#startedAt = performance.now();
    return new Promise((resolve, reject) => {
      this.#done = (error) => (error ? reject(error) : resolve());
      this.#say(this.#request(file.path));
    });
  }

  /** Called now and then. */
  tick(now: number): void {
    if (this.#done === undefined || now - this.#sentAt < repeatMs) return;
    this.repeats += 1;
    this.#say(this.#last);
  }

  #hear(datagram: Buffer, port: number): void {
    const file = this.#file;
    if (file === undefined) return;
    const operation = datagram[1];
    if (operation === 3) this.#take(file, datagram, port);
    else if (operation === 6 && this.#block === 0) this.#acknowledge(0, port);
    else if (operation === 5) this.#end(new Error(`${file.path}: ${datagram.toString("latin1", 4)}`));
  }

  #take(file: File, datagram: Buffer, port: number): void {
    const block = datagram.readUInt16BE(2);
    if (block !== this.#block + 1) return;
    const from = this.#block * this.#job.blksize;
    const to = Math.min(from + this.#job.blksize, file.bytes.length);
    if (datagram.compare(file.bytes, from, to, 4) === 0) {
      this.#block = block;
      this.#acknowledge(block, port);
      if (datagram.length - 4 < this.#job.blksize) this.#end();
    } else {
      this.#end(new Error(`${file.path}: wrong bytes`));
    }
  }

  #acknowledge(block: number, port: number): void {
    const packet = Buffer.allocUnsafe(4);
    packet.writeUInt16BE(4, 0);
    packet.writeUInt16BE(block, 2);
    this.#peer = port;
    this.#say(packet);
  }

  #say(packet: Buffer): void {
    this.#last = packet;
    this.#sentAt = performance.now();
    this.#sockets[this.#turn]?.send(packet, this.#peer, host);
  }

  #end(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    this.#file = undefined;
    if (error === undefined) this.#took.push(performance.now() - this.#startedAt);
    done?.(error);
  }
}

async function load(job: TftpJob): Promise<LoadResult> {
  const files = job.files.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, "base64") }));
  const took: number[] = [];
  const phones = Array.from({ length: job.atATime }, () => new Phone(job, took));
  await Promise.all(phones.map((phone) => phone.open()));
  const ticker = setInterval(() => phones.forEach((phone) => void phone.tick(performance.now())), 100);
  const cpuOf = startCpuClock();
  const started = performance.now();
  const endAt = started + job.seconds * 1000;
  let next = 0;
  try {
    await Promise.all(
      phones.map(async (phone) => {
        while (performance.now() < endAt) {
          const file = files[next % files.length];
          next += 1;
          if (file) await phone.fetch(file);
        }
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    const faults = phones.reduce((sum, { repeats }) => sum + repeats, 0);
    return {
      perSecond: took.length / seconds,
      p50: percentile(took, 50),
      p99: percentile(took, 99),
      cpu: cpuOf(),
      faults,
    };
  } finally {
    clearInterval(ticker);
    for (const phone of phones) phone.close();
  }
}

answerJobs(load);
