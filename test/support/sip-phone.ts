import { createSocket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { SipAnswer } from "../../server/sip/answering.ts";
import { createSipClient, type SipAsk, type SipClient, type SipClientParts } from "../../server/sip/client.ts";
import { type DigestAlgorithm, isRightAnswer, parseAnswer, writeChallenge } from "../../server/sip/digest.ts";
import { listenSip, type SipListener } from "../../server/sip/listener.ts";
import { headerOf, parseMessage, type SipRequest } from "../../server/sip/message.ts";
import type { SipPeer, SipSignalling } from "../../server/sip/peer.ts";
import { phoneCertificate } from "./sip-certificate.ts";

export interface SipPhone {
  /** Every request, in its order, with where it came from. */
  readonly requests: readonly (SipRequest & { readonly peer: SipPeer })[];
  destination(signalling: SipSignalling): SipPeer;
  close(): Promise<void>;
}

export const ok: SipAnswer = { status: 200, reason: "OK" };

/** Listens over UDP, TCP and TLS on this machine; gone when the test ends. */
export async function openSipPhone(
  answer: (request: SipRequest, peer: SipPeer) => SipAnswer | undefined = () => ok,
): Promise<SipPhone> {
  const requests: (SipRequest & { peer: SipPeer })[] = [];
  const listener: SipListener = await listenSip({
    ...{ address: "127.0.0.1", udp: 0, tcp: 0, tls: { port: 0, ...phoneCertificate } },
    answer(request, peer) {
      requests.push({ ...request, peer });
      return answer(request, peer);
    },
  });
  onTestFinished(() => listener.close());
  const destination = (signalling: SipSignalling): SipPeer => {
    return { address: "127.0.0.1", port: listener.ports[signalling] ?? 0, signalling };
  };
  return { requests, destination, close: () => listener.close() };
}

export interface AskingPhone {
  readonly secret: string;
  readonly user?: string;
  readonly algorithm?: DigestAlgorithm;
  readonly qop?: "auth";
  /** By 407 instead of 401. */
  readonly isProxy?: boolean;
  /** So many right answers are told to be stale first. */
  readonly stale?: number;
}

/** Asks for the password, as a phone does before it obeys. */
export function askForPassword(phone: AskingPhone): (request: SipRequest) => SipAnswer {
  const { secret, user = "201", algorithm = "MD5", isProxy = false } = phone;
  let { stale = 0 } = phone;
  let nonces = 0;
  return (request) => {
    const answer = parseAnswer(headerOf(request, isProxy ? "Proxy-Authorization" : "Authorization") ?? "");
    const parts = { method: request.method, uri: request.uri, realm: "phone", user, secret };
    const isRight = answer !== undefined && isRightAnswer(answer, parts);
    if (isRight && stale === 0 && answer.nonce === `nonce${nonces}`) return ok;
    if (isRight) stale -= 1;
    nonces += 1;
    const challenge = { realm: "phone", nonce: `nonce${nonces}`, algorithm, stale: isRight };
    const value = writeChallenge({ ...challenge, ...(phone.qop && { qop: phone.qop }) });
    return isProxy
      ? { status: 407, reason: "Proxy Authentication Required", headers: [["Proxy-Authenticate", value]] }
      : { status: 401, reason: "Unauthorized", headers: [["WWW-Authenticate", value]] };
  };
}

/** Sends from this machine; patience is short. */
export function openSipClient(parts: Partial<SipClientParts> = {}): SipClient {
  const timers = { t1: 20, t2: 80, t4: 100 };
  const client = createSipClient({ address: "127.0.0.1", port: 0, user: "offhook", timers, ...parts });
  onTestFinished(() => client.close());
  return client;
}

/** A NOTIFY for line 201. */
export function anAsk(destination: SipPeer, more: Partial<SipAsk> = {}): SipAsk {
  return {
    ...{ method: "NOTIFY", uri: `sip:201@127.0.0.1:${destination.port}`, to: "sip:201@pbx.example", destination },
    ...{ headers: [["Event", "resync"]], signal: new AbortController().signal },
    ...more,
  };
}

/** A bare socket: datagrams as they are. */
export interface SipDatagrams {
  readonly port: number;
  send(text: string, port: number): void;
  /** The next that comes; rejects after 2 s. */
  next(): Promise<{ readonly text: string; readonly port: number }>;
  /** How many came that nobody asked for yet. */
  waiting(): number;
}

export async function openSipDatagrams(): Promise<SipDatagrams> {
  const socket = createSocket("udp4");
  const came: { text: string; port: number }[] = [];
  socket.on("message", (datagram, { port }) => {
    came.push({ text: datagram.toString(), port });
    socket.emit("came");
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return {
    port: socket.address().port,
    send: (text, port) => socket.send(text, port, "127.0.0.1"),
    async next() {
      if (came.length === 0) await once(socket, "came", { signal: AbortSignal.timeout(2000) });
      const [first] = came.splice(0, 1);
      if (!first) throw new Error("nothing came");
      return first;
    },
    waiting: () => came.length,
  };
}

/** The response to a request as text, by the letter of RFC 3261 section 8.2.6. */
export function answerText(request: string, status = "200 OK", change = (line: string) => line): string {
  const kept = request.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  return `${[`SIP/2.0 ${status}`, ...kept.map(change), "Content-Length: 0"].join("\r\n")}\r\n\r\n`;
}

/** The value of a header field of a message as text. */
export function fieldOf(text: string, name: string): string | undefined {
  const message = parseMessage(Buffer.from(text));
  return message && headerOf(message, name);
}
