import { afterEmptyLines, declaredLength, mostMessageBytes, parseHead, type SipMessage } from "./message.ts";

const emptyLine = "\r\n\r\n";

/**
 * Messages out of a TCP or TLS connection: RFC 3261 section 18.3, by Content-Length. `false`: what came can't be told
 * apart into messages any more, and the connection is of no use. Never holds more than one message of the largest size.
 */
export class MessageStream {
  #held = Buffer.alloc(0);
  #length = 0;
  #scanned = 0;
  #head: { readonly message: SipMessage; readonly end: number; readonly bodyBytes: number } | undefined;

  push(chunk: Buffer, received: (message: SipMessage) => void): boolean {
    for (let at = 0; at < chunk.length; ) {
      const room = mostMessageBytes - this.#length;
      if (room === 0) return false;
      this.#append(chunk.subarray(at, at + room));
      at += room;
      if (!this.#drain(received)) return false;
    }
    return true;
  }

  #append(bytes: Buffer): void {
    if (this.#length + bytes.length > this.#held.length) {
      // Doubled, so that a message in crumbs is not copied once for each crumb.
      const grown = Buffer.alloc(
        Math.min(mostMessageBytes, Math.max(2 * this.#held.length, this.#length + bytes.length)),
      );
      this.#held.copy(grown, 0, 0, this.#length);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#length);
    this.#length += bytes.length;
  }

  #drain(received: (message: SipMessage) => void): boolean {
    for (;;) {
      this.#head ??= this.#readHead();
      if (!this.#head) return this.#scanned >= 0;
      const { message, end, bodyBytes } = this.#head;
      if (end + bodyBytes > mostMessageBytes) return false;
      if (this.#length < end + bodyBytes) return true;
      const body = Buffer.from(this.#held.subarray(end, end + bodyBytes));
      this.#drop(end + bodyBytes);
      received({ ...message, body });
    }
  }

  /** Undefined while it is not complete; then `#scanned` says how far it was looked at, -1 for nonsense. */
  #readHead() {
    const pings = afterEmptyLines(this.#held, this.#length);
    if (pings > 0) this.#drop(pings);
    const seen = this.#held.subarray(0, this.#length);
    const at = seen.indexOf(emptyLine, Math.max(0, this.#scanned - emptyLine.length));
    this.#scanned = this.#length;
    if (at < 0) return undefined;
    const message = parseHead(seen.toString("utf8", 0, at));
    // Section 20.14: over a stream the length must be told.
    const bodyBytes = message && declaredLength(message);
    if (bodyBytes === undefined) this.#scanned = -1;
    return message && bodyBytes !== undefined ? { message, end: at + emptyLine.length, bodyBytes } : undefined;
  }

  #drop(bytes: number): void {
    this.#held.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
    this.#scanned = 0;
    this.#head = undefined;
  }
}
