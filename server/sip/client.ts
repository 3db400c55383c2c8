import { randomBytes, randomInt } from "node:crypto";
import { defaultTimers, type SipTimers, type TransactionOutcome } from "./client-transaction.ts";
import type { HeaderField } from "./headers.ts";
import { Login, type SipCredential } from "./login.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { codeOf, type SipPeer } from "./peer.ts";
import { Places } from "./places.ts";
import { defaultSipLimits, type Leg, type SipLimits, SipTransport, type SipTransportParts } from "./transport.ts";

export interface SipClientParts extends Partial<Pick<SipTransportParts, "answer" | "failed">> {
  /** Where requests leave from: an IP address of this machine (any when absent), and the port of UDP (0: any). */
  readonly address?: string;
  readonly port: number;
  /** The user of its own address, in Contact and, where nothing else is said, in From. */
  readonly user: string;
  readonly userAgent?: string;
  readonly timers?: Partial<SipTimers>;
  readonly limits?: Partial<SipLimits>;
}

export interface SipAsk {
  /** Any but INVITE and CANCEL. */
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** URIs, without brackets and tags. */
  readonly to: string;
  readonly from?: string;
  /** Besides those that every request has; in this order. */
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer;
  readonly destination: SipPeer;
  /** What challenges are answered with, in the order to try. */
  readonly credentials?: readonly SipCredential[];
  readonly signal: AbortSignal;
}

export type SipOutcome =
  | {
      readonly result: "response";
      /** 200 to 699. */
      readonly response: SipResponse;
      /** Secrets that were sent. */
      readonly tried: number;
      /** 401 or 407, but in a way that nobody can answer: another scheme, algorithm or quality. */
      readonly isUnanswerable: boolean;
    }
  | { readonly result: "timeout" }
  /** Nobody listens there. */
  | { readonly result: "refused" }
  /** `code`: the system's. */
  | { readonly result: "failed"; readonly code: string }
  /** Nothing was sent: too much is waiting already. */
  | { readonly result: "full" }
  | { readonly result: "aborted" };

export interface SipClient {
  /** Rejects with a RangeError for what can't be written, as a line break in a header field; for nothing else. */
  request(ask: SipAsk): Promise<SipOutcome>;
  /** The UDP port that requests leave from; bound with it. */
  port(): Promise<number>;
  /** What is under way ends as aborted. */
  close(): Promise<void>;
}

const mostRequests = 5;
const unspecified = new Set(["0.0.0.0", "::"]);

export function createSipClient(parts: SipClientParts): SipClient {
  const limits = { ...defaultSipLimits, ...parts.limits };
  const { address, ...others } = parts;
  const transport = new SipTransport({
    ...others,
    ...(address && !unspecified.has(address) && { address }),
    ...{ limits, timers: { ...defaultTimers, ...parts.timers } },
  });
  const places = new Places(limits.mostAtOnce, limits.mostWaiting);
  const underWay = new Set<AbortController>();
  let isOpen = true;

  async function request(ask: SipAsk): Promise<SipOutcome> {
    const ending = new AbortController();
    const end = () => ending.abort();
    if (!isOpen || ask.signal.aborted) return { result: "aborted" };
    ask.signal.addEventListener("abort", end, { once: true });
    underWay.add(ending);
    const place = await places.take(ending.signal);
    try {
      return place === "taken"
        ? await converse(transport, parts, { ...ask, signal: ending.signal })
        : { result: place };
    } finally {
      if (place === "taken") places.leave();
      underWay.delete(ending);
      ask.signal.removeEventListener("abort", end);
    }
  }

  return {
    request,
    port: () => transport.port(),
    async close() {
      isOpen = false;
      for (const ending of underWay) ending.abort();
      await transport.close();
    },
  };
}

/** The request, and again for each challenge that can be answered: RFC 3261 section 8.1.3.5 and 22.2. */
async function converse(transport: SipTransport, own: SipClientParts, ask: SipAsk): Promise<SipOutcome> {
  const login = new Login(ask.credentials ?? []);
  const [callId, tag] = [randomBytes(16).toString("hex"), randomBytes(6).toString("hex")];
  const first = randomInt(1, 2 ** 16);
  for (let sequence = first; ; sequence += 1) {
    const authorization = login.headers(ask.method, ask.uri);
    const outcome = await send(transport, ask, ({ sentBy }) =>
      compose(own, ask, [["Call-ID", callId], ["CSeq", `${sequence} ${ask.method}`], ...authorization], sentBy, tag),
    );
    if (outcome.result !== "response") return outcome;
    const { response } = outcome;
    const isLast = sequence - first + 1 >= mostRequests || !login.canAnswer(response);
    if (isLast) return { ...outcome, tried: login.tried, isUnanswerable: login.isUnanswerable };
  }
}

type Sent = Exclude<TransactionOutcome, { result: "failed" }> | Extract<SipOutcome, { result: "failed" | "refused" }>;

/** A connection of before may be dead without our knowing: then once more over a new one. */
async function send(
  transport: SipTransport,
  { destination, signal }: SipAsk,
  write: (leg: Leg) => SipRequest,
): Promise<Sent> {
  for (let isRepeated = false; ; isRepeated = true) {
    const leg = await unlessAborted(transport.leg(destination), signal).catch(codeOf);
    if (leg === undefined) return { result: "aborted" };
    if (typeof leg === "string") return failure(leg);
    const outcome = await leg.exchange(write(leg), signal);
    if (outcome.result !== "failed") return outcome;
    if (leg.isFresh || isRepeated) return failure(outcome.code);
  }
}

/** Undefined as soon as the signal fires; the connection that was being opened is kept for others. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return await Promise.race([promise, aborted]);
}

function failure(code: string): Sent {
  return code === "ECONNREFUSED" ? { result: "refused" } : { result: "failed", code };
}

function compose(
  own: SipClientParts,
  ask: SipAsk,
  sequence: readonly HeaderField[],
  sentBy: string,
  tag: string,
): SipRequest {
  const { signalling } = ask.destination;
  const self = `sip:${own.user}@${sentBy}`;
  return {
    ...{ method: ask.method, uri: ask.uri, body: ask.body ?? Buffer.alloc(0) },
    headers: [
      ["Max-Forwards", "70"],
      ["From", `<${ask.from ?? self}>;tag=${tag}`],
      ["To", `<${ask.to}>`],
      ...sequence,
      ["Contact", `<${self}${signalling === "udp" ? "" : `;transport=${signalling}`}>`],
      ...(own.userAgent ? [["User-Agent", own.userAgent] as const] : []),
      ...(ask.headers ?? []),
    ],
  };
}
