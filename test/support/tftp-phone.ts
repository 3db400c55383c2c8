import { openTftpPhone, type TftpPacket, type TftpPhone } from "./tftp-datagrams.ts";

/** The server answered with an ERROR packet; `code` is its number (RFC 1350 section 5). */
export class TftpClientError extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(`TFTP error ${code}: ${text}`);
    this.name = "TftpClientError";
    this.code = code;
  }
}

export interface TftpFetch {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** "octet" when absent; the body of "netascii" comes decoded. */
  readonly mode?: "octet" | "netascii";
  readonly blksize?: number;
  readonly windowsize?: number;
  /** Asks for the size (RFC 2349). */
  readonly tsize?: boolean;
  /** The option of RFC 2349, in seconds. */
  readonly timeout?: number;
  /** How long the phone waits before it repeats its last packet, and how often it does that. */
  readonly repeatMs?: number;
  readonly repeats?: number;
  readonly signal?: AbortSignal;
}

export interface TftpFetched {
  readonly body: Buffer;
  /** What the server accepted, names in lower case; empty when there was no OACK. */
  readonly options: Readonly<Record<string, string>>;
  /** DATA packets that came, doubled ones included. */
  readonly blocks: number;
}

/**
 * Fetches a file as a phone does. Rejects with TftpClientError for an ERROR packet, with a plain Error when the server
 * stays silent after all repeats, and with the signal's reason.
 */
export async function fetchTftp(fetch: TftpFetch): Promise<TftpFetched> {
  fetch.signal?.throwIfAborted();
  const phone = await openTftpPhone(fetch.host);
  const aborted = new Promise<never>((_resolve, reject) => {
    fetch.signal?.addEventListener("abort", () => reject(fetch.signal?.reason), { once: true });
  });
  try {
    return await Promise.race([transfer(phone, fetch), aborted]);
  } finally {
    phone.close();
  }
}

async function transfer(phone: TftpPhone, fetch: TftpFetch): Promise<TftpFetched> {
  const download = new Download(phone);
  const request = () => phone.ask(fetch.port, fetch.path, asked(fetch), fetch.mode ?? "octet");
  request();
  while (!download.isComplete) {
    const packet = await nextOrRepeat(phone, fetch, () => (download.hasBegun ? download.acknowledge() : request()));
    download.take(packet);
  }
  return {
    body: decode(Buffer.concat(download.parts), fetch.mode),
    options: download.options,
    blocks: download.blocks,
  };
}

class Download {
  readonly parts: Buffer[] = [];
  options: Readonly<Record<string, string>> = {};
  blocks = 0;
  isComplete = false;
  readonly #phone: TftpPhone;
  #serverPort: number | undefined;

  constructor(phone: TftpPhone) {
    this.#phone = phone;
  }

  get hasBegun(): boolean {
    return this.#serverPort !== undefined;
  }

  acknowledge(): void {
    this.#phone.ack(this.parts.length & 0xffff, this.#serverPort ?? 0);
  }

  take(packet: TftpPacket): void {
    if (packet.kind === "error") throw new TftpClientError(packet.code, packet.text);
    this.#serverPort ??= packet.port;
    if (packet.port !== this.#serverPort) this.#phone.fail(5, "who are you?", packet.port);
    else if (packet.kind === "oack") this.#begin(packet.options);
    else this.#add(packet.block, packet.data);
  }

  #begin(options: Readonly<Record<string, string>>): void {
    this.options = Object.fromEntries(Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]));
    if (this.parts.length === 0) this.acknowledge();
  }

  #add(block: number, data: Buffer): void {
    this.blocks += 1;
    if (block !== ((this.parts.length + 1) & 0xffff)) return;
    this.parts.push(data);
    this.isComplete = data.length < Number(this.options["blksize"] ?? 512);
    if (this.isComplete || this.parts.length % Number(this.options["windowsize"] ?? 1) === 0) this.acknowledge();
  }
}

function asked({ blksize, windowsize, tsize, timeout }: TftpFetch): [string, string][] {
  const options: [string, string][] = [];
  if (blksize !== undefined) options.push(["blksize", String(blksize)]);
  if (windowsize !== undefined) options.push(["windowsize", String(windowsize)]);
  if (tsize) options.push(["tsize", "0"]);
  if (timeout !== undefined) options.push(["timeout", String(timeout)]);
  return options;
}

async function nextOrRepeat(phone: TftpPhone, fetch: TftpFetch, repeat: () => void): Promise<TftpPacket> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await phone.next(fetch.repeatMs ?? 1000);
    } catch (silence) {
      if (repeats >= (fetch.repeats ?? 4)) throw silence;
      repeat();
    }
  }
}

function decode(body: Buffer, mode: TftpFetch["mode"]): Buffer {
  if (mode !== "netascii") return body;
  return Buffer.from(body.toString("latin1").replaceAll("\r\n", "\n").replaceAll("\r\0", "\r"), "latin1");
}
