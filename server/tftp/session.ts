import { type Peer, plainAddress } from "./endpoint.ts";
import { failureReply, readFailureReply } from "./failure-reply.ts";
import { openFileSource } from "./file-source.ts";
import { encodeNetascii } from "./netascii.ts";
import type { OpenFiles } from "./open-files.ts";
import { largestBlksize, negotiate } from "./options.ts";
import type { ReadPacket } from "./packet.ts";
import type { TftpContent, TftpLimits, TftpLog, TftpRequest, TransferOutcome } from "./parts.ts";
import type { Pool } from "./pool.ts";
import { createBodySource, type Source } from "./source.ts";
import { Transfer } from "./transfer.ts";

export interface SessionParts {
  readonly pool: Pool;
  readonly limits: TftpLimits;
  readonly mtu: number;
  readonly log: TftpLog;
  readonly files: OpenFiles;
  readonly counts: { started: number; completed: number; broken: number; failed: number };
  read(request: TftpRequest): Promise<TftpContent>;
  /** Sends from the listening port. */
  reply(packet: Buffer, peer: Peer): void;
  /** The first packet was sent: from now on it is for the phone to answer. */
  asked(session: Session): void;
  answered(session: Session): void;
  /** Called once, when nothing is left to do but to close the file. */
  left(session: Session, closing: Promise<void> | undefined): void;
  now(): number;
}

/** One request on its way: read, open, transfer, tell how it ended. */
export class Session {
  readonly peer: Peer;
  readonly request: TftpRequest;
  readonly #packet: ReadPacket;
  readonly #parts: SessionParts;
  #transfer: Transfer | undefined;
  /** Why no transfer shall be started when the content comes. */
  #cancelled: string | undefined;

  constructor(parts: SessionParts, peer: Peer, packet: ReadPacket) {
    this.#parts = parts;
    this.#packet = packet;
    this.peer = peer;
    this.request = { path: packet.path, mode: packet.mode, address: plainAddress(peer.address), port: peer.port };
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const content = await this.#orFail(() => this.#parts.read(this.request), readFailureReply);
    if (content === undefined) return this.#parts.left(this, undefined);
    const source = await this.#orFail(() => this.#open(content), failureReply);
    if (source === undefined) {
      this.#conclude(content, undefined, { completed: false, bytes: 0, reason: "the file could not be opened" });
    } else if (this.#cancelled !== undefined) {
      this.#conclude(content, source, { completed: false, bytes: 0, reason: this.#cancelled });
    } else {
      this.#start(content, source);
    }
  }

  /**
   * The client sent another request while this one is unfinished. False when that is the same one again and must be
   * ignored; otherwise this one has made way for it.
   */
  makesWayFor(packet: ReadPacket): boolean {
    const isDuplicate = isSameRequest(this.#packet, packet) && !this.#transfer?.isAskedAnew(this.#parts.now());
    if (isDuplicate) return false;
    if (this.#transfer === undefined) this.#cancelled = "the phone asked anew";
    else this.#transfer.retire();
    return true;
  }

  get address(): string {
    return this.request.address;
  }

  giveWay(): void {
    this.abort("the phone had not answered and made way for another");
  }

  abort(reason: string): void {
    this.#cancelled = reason;
    this.#transfer?.abort(reason);
  }

  async #orFail<Result>(work: () => Promise<Result>, replyTo: typeof failureReply): Promise<Result | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const { log, counts, reply } = this.#parts;
      counts.failed += 1;
      const packet = replyTo(thrown, log, this.#fields);
      // A client that has asked for something else would take the packet for the answer to that.
      if (packet !== undefined && this.#cancelled === undefined) reply(packet, this.peer);
      return undefined;
    }
  }

  async #open(content: TftpContent): Promise<Source> {
    const encode = this.request.mode === "netascii" ? encodeNetascii : undefined;
    if ("body" in content) return createBodySource(encode?.(content.body) ?? content.body);
    return await openFileSource(this.#parts.files, content.file, this.#parts.limits.fileChunkBytes, encode);
  }

  #start(content: TftpContent, source: Source): void {
    const { pool, limits, mtu, counts, log, now } = this.#parts;
    const isIPv6 = this.request.address.includes(":");
    const terms = negotiate(this.#packet.options, {
      maxBlksize: largestBlksize(mtu, isIPv6),
      maxWindowsize: limits.maxWindowsize,
      size: source.size,
    });
    const endpoint = pool.choose(this.peer);
    const transfer = new Transfer({
      source,
      terms,
      limits,
      send: (packet) => endpoint.send(packet, this.peer),
      answered: () => this.#parts.answered(this),
      ended: (outcome) => {
        endpoint.leave(this.peer);
        this.#conclude(content, source, outcome);
      },
    });
    const fail = (cause: unknown) => {
      log.error({ ...this.#fields, err: cause }, "the file could not be read to its end");
      transfer.abort("the file could not be read to its end");
    };
    source.attach({ wake: () => transfer.wake(now()), fail }, terms.blksize * terms.windowsize);
    counts.started += 1;
    this.#transfer = transfer;
    endpoint.transfers.set(this.peer.key, transfer);
    transfer.start(now());
    this.#parts.asked(this);
  }

  #conclude(content: TftpContent, source: Source | undefined, outcome: TransferOutcome): void {
    const { counts, log, left } = this.#parts;
    if (this.#transfer !== undefined) counts[outcome.completed ? "completed" : "broken"] += 1;
    left(this, source?.close());
    log.debug({ ...this.#fields, ...outcome }, outcome.completed ? "transfer completed" : "transfer broken off");
    try {
      content.done(outcome);
    } catch (cause) {
      log.error({ ...this.#fields, err: cause }, "the end of a transfer could not be recorded");
    }
  }

  get #fields(): { path: string; address: string } {
    return { path: this.request.path, address: this.request.address };
  }
}

/** Options count too: a phone that asks for the same file in another way has given up the first attempt. */
function isSameRequest(one: ReadPacket, other: ReadPacket): boolean {
  return one.path === other.path && one.mode === other.mode && String(one.options) === String(other.options);
}
