import type { Terms } from "./options.ts";
import { buildOack, dataHeaderBytes, writeDataHeader } from "./packet.ts";
import type { TftpLimits, TransferOutcome } from "./parts.ts";
import type { Source } from "./source.ts";

export interface TransferParts {
  readonly source: Source;
  readonly terms: Terms;
  readonly limits: Pick<TftpLimits, "firstTimeoutMs" | "maxTimeoutMs" | "maxSends">;
  send(packet: Buffer): void;
  /** Called once, with the first ACK that counts. */
  answered(): void;
  /** Called once; no packet is sent after it. */
  ended(outcome: TransferOutcome): void;
}

const askedAnew = "the phone asked anew";

/**
 * The sending side of one read request (RFC 1350 sections 2 and 4, RFC 7440). DATA goes out when an ACK moves the window
 * or the timer fires, never because a packet came twice: that is what makes the sorcerer's apprentice double everything
 * (RFC 1123 section 4.2.3.1). Times are milliseconds of one clock that only grows. Block numbers count without end;
 * only on the wire do they wrap.
 */
export class Transfer {
  readonly #parts: TransferParts;
  /** Until ACK 0 confirms it; a window goes only to an address that has answered. */
  #oack: Buffer | undefined;
  #acknowledged = 0;
  #sent = 0;
  /** The block that is shorter than the others, once it was seen. */
  #last = Number.POSITIVE_INFINITY;
  #lastLength = 0;
  /** How often the packets in flight were sent. */
  #sends = 0;
  #sentAt = 0;
  #dueAt = 0;
  #progressAt: number | undefined;
  #isStarved = false;
  #isRetired = false;
  #isOver = false;

  constructor(parts: TransferParts) {
    this.#parts = parts;
    if (parts.terms.accepted.length > 0) this.#oack = buildOack(parts.terms.accepted);
  }

  /** Sends the first packet: the OACK, or DATA 1 when no option was accepted. */
  start(now: number): void {
    this.#send(now);
  }

  /** An ACK with its number on the wire. Those of the past, of the future and doubled ones change nothing. */
  acknowledge(wireBlock: number, now: number): void {
    if (this.#isOver) return;
    if (this.#oack !== undefined) {
      if (wireBlock !== 0) return;
      this.#oack = undefined;
      this.#advance(0, now);
      return;
    }
    const step = (wireBlock - this.#acknowledged) & 0xffff;
    if (step === 0 || this.#acknowledged + step > this.#sent) return;
    this.#advance(this.#acknowledged + step, now);
  }

  /** Sends again what is due, or gives up on a phone that stays silent. */
  tick(now: number): void {
    if (this.#isOver || now < this.#dueAt) return;
    if (this.#isRetired) this.abort(askedAnew);
    else if (this.#sends >= this.#parts.limits.maxSends) this.abort("the phone does not answer");
    else this.#send(now);
  }

  /** Bytes that a block was waiting for have been read. */
  wake(now: number): void {
    if (this.#isOver || !this.#isStarved) return;
    this.#fillWindow();
    this.#scheduleRepeat(now);
  }

  /**
   * The same request came again. True when the phone must have started anew: it had answered and then fell silent, or
   * lacked only the last block, whose ACK may be queued at another socket than the request. A phone that never answered
   * is sent the first packet again, but not for a datagram that was merely doubled.
   */
  isAskedAnew(now: number): boolean {
    const { firstTimeoutMs, maxSends } = this.#parts.limits;
    if (this.#progressAt !== undefined) return this.#isLastInFlight || now - this.#progressAt >= firstTimeoutMs;
    if (now - this.#sentAt >= firstTimeoutMs && this.#sends < maxSends) this.#send(now);
    return false;
  }

  /**
   * The phone asks for something from the same port. With the last block in flight its ACK may only be late: wait for
   * it, silently, until the next repeat would be due.
   */
  retire(): void {
    if (this.#isLastInFlight) this.#isRetired = true;
    else this.abort(askedAnew);
  }

  abort(reason: string): void {
    const bytes = this.#acknowledged * this.#parts.terms.blksize;
    this.#end({ completed: false, bytes, reason });
  }

  get #isLastInFlight(): boolean {
    return this.#sent === this.#last;
  }

  #advance(acknowledged: number, now: number): void {
    const { blksize } = this.#parts.terms;
    if (this.#progressAt === undefined) this.#parts.answered();
    this.#acknowledged = acknowledged;
    this.#progressAt = now;
    if (acknowledged === this.#last) {
      this.#end({ completed: true, bytes: (acknowledged - 1) * blksize + this.#lastLength });
    } else if (this.#isRetired) {
      this.abort(askedAnew);
    } else {
      this.#parts.source.forget(acknowledged * blksize);
      this.#sends = 0;
      this.#send(now);
    }
  }

  /** The OACK, or the window after the last acknowledged block (RFC 7440 section 4: also after a gap). */
  #send(now: number): void {
    this.#sends += 1;
    if (this.#oack !== undefined) {
      this.#parts.send(this.#oack);
    } else {
      this.#sent = this.#acknowledged;
      this.#fillWindow();
    }
    this.#scheduleRepeat(now);
  }

  #fillWindow(): void {
    const end = Math.min(this.#acknowledged + this.#parts.terms.windowsize, this.#last);
    this.#isStarved = false;
    while (!this.#isStarved && this.#sent < end && this.#sent < this.#last) this.#sendBlock(this.#sent + 1);
  }

  #sendBlock(block: number): void {
    const { blksize } = this.#parts.terms;
    // A new packet each time: the socket may still hold the one before.
    const packet = Buffer.allocUnsafe(dataHeaderBytes + blksize);
    const length = this.#parts.source.copy(packet, dataHeaderBytes, (block - 1) * blksize, blksize);
    if (length === undefined) {
      this.#isStarved = true;
      return;
    }
    if (length < blksize) {
      this.#last = block;
      this.#lastLength = length;
    }
    writeDataHeader(packet, block);
    this.#sent = block;
    this.#parts.send(length < blksize ? packet.subarray(0, dataHeaderBytes + length) : packet);
  }

  #scheduleRepeat(now: number): void {
    const { firstTimeoutMs, maxTimeoutMs } = this.#parts.limits;
    const growing = Math.min(firstTimeoutMs * 2 ** (this.#sends - 1), maxTimeoutMs);
    this.#sentAt = now;
    const wait = this.#parts.terms.timeoutMs ?? growing;
    // Whoever never answered chose nothing: an agreed 255 seconds would hold a place for 21 minutes.
    this.#dueAt = now + (this.#progressAt === undefined ? Math.min(wait, maxTimeoutMs) : wait);
  }

  #end(outcome: TransferOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.ended(outcome);
  }
}
