import { randomBytes } from "node:crypto";
import { parseCseq, parseVia } from "./headers.ts";
import { headerOf, type SipMessage, type SipResponse } from "./message.ts";

/** RFC 3261 section 17.1.1.1, in milliseconds. */
export interface SipTimers {
  /** An estimate of the round trip. */
  readonly t1: number;
  /** The longest wait before a request is repeated. */
  readonly t2: number;
  /** How long a message may linger in the network. */
  readonly t4: number;
}

export const defaultTimers: SipTimers = { t1: 500, t2: 4000, t4: 5000 };

/** How a transaction ends for the one who began it. `code`: the system's, as ECONNREFUSED. */
export type TransactionOutcome =
  | { readonly result: "response"; readonly response: SipResponse }
  | { readonly result: "timeout" }
  | { readonly result: "failed"; readonly code: string }
  | { readonly result: "aborted" };

export interface TransactionParts {
  readonly timers: SipTimers;
  /** TCP and TLS repeat by themselves. */
  readonly isReliable: boolean;
  send(): void;
  /** It was sent for the second time. */
  repeated?(): void;
  /** Exactly once. */
  ended(outcome: TransactionOutcome): void;
  /** Exactly once, not before `ended`: no response belongs to it any more. */
  terminated(): void;
}

/** Branches of RFC 3261 begin with this (section 8.1.1.7). */
const magicCookie = "z9hG4bK";

export const newBranch = () => `${magicCookie}${randomBytes(12).toString("hex")}`;

/** Section 17.1.3: a response belongs to the request with the same branch in the top Via and method in CSeq. */
export function transactionKey(message: SipMessage): string | undefined {
  const branch = parseVia(headerOf(message, "Via") ?? "")?.parameters.get("branch");
  const method = parseCseq(headerOf(message, "CSeq") ?? "")?.method;
  return branch && method && `${method} ${branch.toLowerCase()}`;
}

/** The client's side of a request that is no INVITE: RFC 3261 section 17.1.2, with the timers E, F and K. */
export class ClientTransaction {
  readonly #parts: TransactionParts;
  #state: "trying" | "proceeding" | "completed" | "terminated" = "trying";
  #wait: number;
  #repeats = 0;
  #timerE: NodeJS.Timeout | undefined;
  #timerF: NodeJS.Timeout | undefined;
  #timerK: NodeJS.Timeout | undefined;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#wait = parts.timers.t1;
  }

  start(): void {
    const { t1 } = this.#parts.timers;
    this.#timerF = setTimeout(() => this.#end({ result: "timeout" }), 64 * t1);
    if (!this.#parts.isReliable) this.#timerE = setTimeout(() => this.#repeat(), t1);
    this.#parts.send();
  }

  receive(response: SipResponse): void {
    if (response.status < 200) {
      if (this.#state === "trying") this.#state = "proceeding";
    } else if (this.#isOpen()) {
      this.#end({ result: "response", response });
    }
  }

  /** The transport could not send it, or its connection broke (section 17.1.4). */
  fail(code: string): void {
    this.#end({ result: "failed", code });
  }

  abort(): void {
    this.#end({ result: "aborted" });
  }

  /** It has ended and only waits for doubles of its response. */
  get isLingering(): boolean {
    return this.#state === "completed";
  }

  #isOpen(): boolean {
    return this.#state === "trying" || this.#state === "proceeding";
  }

  #repeat(): void {
    const { t2 } = this.#parts.timers;
    this.#wait = this.#state === "proceeding" ? t2 : Math.min(2 * this.#wait, t2);
    this.#timerE = setTimeout(() => this.#repeat(), this.#wait);
    this.#repeats += 1;
    this.#parts.send();
    if (this.#repeats === 1) this.#parts.repeated?.();
  }

  #end(outcome: TransactionOutcome): void {
    if (!this.#isOpen()) return;
    this.#state = "completed";
    clearTimeout(this.#timerE);
    clearTimeout(this.#timerF);
    this.#parts.ended(outcome);
    // Timer K: a response that the network doubled is still known for what it is.
    const isAwaitingDoubles = outcome.result === "response" && !this.#parts.isReliable;
    if (isAwaitingDoubles) this.#timerK = setTimeout(() => this.terminate(), this.#parts.timers.t4).unref();
    else this.terminate();
  }

  /** Ends it at once, whatever its state. */
  terminate(): void {
    if (this.#isOpen()) this.abort();
    if (this.#state === "terminated") return;
    this.#state = "terminated";
    clearTimeout(this.#timerK);
    this.#parts.terminated();
  }
}
