import { randomBytes } from "node:crypto";
import { BoundedMap } from "../lib/bounded-map.ts";
import { type HeaderField, parseAddress, parseVia } from "./headers.ts";
import { headerOf, headersOf, type SipRequest, type SipResponse, writeMessage } from "./message.ts";
import type { SipPeer } from "./peer.ts";

export interface SipAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer;
}

/** What a listener does with a request; undefined: silence. A request that is repeated gets the first answer again. */
export type SipAnswering = (
  request: SipRequest,
  peer: SipPeer,
) => SipAnswer | undefined | Promise<SipAnswer | undefined>;

const serverError: SipAnswer = { status: 500, reason: "Server Internal Error" };

/** The server's side of requests that are no INVITE: RFC 3261 section 17.2.2, bounded in number in place of timer J. */
export class ServerTransactions {
  readonly #answering: SipAnswering;
  readonly #answers = new BoundedMap<string, Promise<Buffer | undefined>>(1000);

  constructor(answering: SipAnswering) {
    this.#answering = answering;
  }

  async receive(request: SipRequest, peer: SipPeer, reply: (bytes: Buffer) => void): Promise<void> {
    if (request.method === "ACK") return;
    const via = parseVia(headerOf(request, "Via") ?? "");
    const key = [via?.parameters.get("branch"), via?.host, via?.port, request.method, peer.address, peer.port].join(
      " ",
    );
    const bytes = await this.#answers.getOrMake(key, () => this.#answer(request, peer));
    if (bytes) reply(bytes);
  }

  async #answer(request: SipRequest, peer: SipPeer): Promise<Buffer | undefined> {
    try {
      const answer = await this.#answering(request, peer);
      return answer && writeMessage(responseTo(request, peer, answer));
    } catch {
      return written(request, peer, serverError);
    }
  }
}

/** RFC 3261 section 8.2.6; `received` and `rport` by section 18.2.1 and RFC 3581. */
function responseTo(request: SipRequest, peer: SipPeer, answer: SipAnswer): SipResponse {
  const [top = "", ...vias] = headersOf(request, "Via");
  const to = headerOf(request, "To") ?? "";
  const hasTag = parseAddress(to)?.parameters.has("tag") === true;
  const copied = (name: string): HeaderField => [name, headerOf(request, name) ?? ""];
  return {
    ...{ status: answer.status, reason: answer.reason, body: answer.body ?? Buffer.alloc(0) },
    headers: [
      ["Via", markVia(top, peer)],
      ...vias.map((via): HeaderField => ["Via", via]),
      copied("From"),
      ["To", hasTag ? to : `${to};tag=${randomBytes(6).toString("hex")}`],
      copied("Call-ID"),
      copied("CSeq"),
      ...(answer.headers ?? []),
    ],
  };
}

/** Undefined where what has to be copied from the request leaves no room. */
function written(request: SipRequest, peer: SipPeer, answer: SipAnswer): Buffer | undefined {
  try {
    return writeMessage(responseTo(request, peer, answer));
  } catch {
    return undefined;
  }
}

/** Where a response over UDP goes: to the source address, and its port where the request asked for that (RFC 3581). */
export function returnPort(request: SipRequest, peer: SipPeer): number {
  const via = parseVia(headerOf(request, "Via") ?? "");
  return via?.parameters.has("rport") ? peer.port : via?.port || 5060;
}

function markVia(value: string, { address, port }: SipPeer): string {
  const asksForPort = parseVia(value)?.parameters.get("rport") === "";
  const marked = asksForPort ? value.replace(/;\s*rport\s*(?=;|$)/i, `;rport=${port}`) : value;
  return `${marked};received=${address}`;
}

/**
 * For requests to someone who only ever asks: no, in so many words. Undefined, silence, where that would be longer than
 * what was asked: nobody shall be flooded through this server with a false source address.
 */
export function decline(request: SipRequest, peer: SipPeer, requestBytes: number): Buffer | undefined {
  if (request.method === "ACK") return undefined;
  const isInDialog = parseAddress(headerOf(request, "To") ?? "")?.parameters.has("tag") === true;
  const answer = isInDialog
    ? { status: 481, reason: "Call/Transaction Does Not Exist" }
    : { status: 405, reason: "Method Not Allowed", headers: [["Allow", ""] as const] };
  const bytes = written(request, peer, answer);
  return bytes && bytes.length <= requestBytes ? bytes : undefined;
}
