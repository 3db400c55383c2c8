import { createHmac } from "node:crypto";
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";

export interface Letter {
  readonly url: string;
  readonly secret: string;
  readonly event: string;
  /** The same however often it is sent. */
  readonly id: string;
  readonly body: string;
  /** When it is sent, in seconds since the epoch. */
  readonly at: number;
}

export interface SendParts {
  /** Whether Offhook may send there at all: an IP address. */
  allows(address: string): boolean;
  readonly timeoutMs?: number;
  /** All addresses of a name. */
  readonly resolve?: (name: string) => Promise<readonly Address[]>;
}

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** An answer is read only as far as this, so that the connection ends well. */
const mostAnswer = 64 * 1024;

/**
 * Sends one letter and gives the status of the answer; no redirect is followed. Rejects with a reason for people. The
 * name is resolved once: every address is checked, and one of these is connected to, whatever the name says later.
 */
export async function sendLetter(parts: SendParts, letter: Letter, signal: AbortSignal): Promise<number> {
  const { allows, resolve = everyAddress, timeoutMs = 10_000 } = parts;
  const url = new URL(letter.url);
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const addresses = await orEnd(addressesOf(url, resolve), end);
    const refused = addresses.find(({ address }) => !allows(address));
    if (refused) throw new Error(`${refused.address} is not an address that web hooks may reach`);
    return await exchange(url, letter, addresses, end);
  } catch (error) {
    if (!signal.aborted && end.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`);
    throw error;
  }
}

/** `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>", in hex>` */
function signatureOf(secret: string, at: number, body: string): string {
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
}

async function everyAddress(name: string): Promise<readonly Address[]> {
  return await lookup(name, { all: true });
}

async function addressesOf({ hostname }: URL, resolve: (name: string) => Promise<readonly Address[]>) {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  const found = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (found.length === 0) throw new Error(`${host} has no address`);
  return found;
}

/** Whatever comes first: looking a name up can't be ended. */
async function orEnd<Value>(work: Promise<Value>, end: AbortSignal): Promise<Value> {
  end.throwIfAborted();
  return await new Promise((resolve, reject) => {
    end.addEventListener("abort", () => reject(end.reason), { once: true });
    work.then(resolve, reject);
  });
}

async function exchange(url: URL, letter: Letter, addresses: readonly Address[], signal: AbortSignal): Promise<number> {
  const { at, body, event, id, secret } = letter;
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "Offhook",
    "offhook-event": event,
    "offhook-delivery": id,
    "offhook-signature": signatureOf(secret, at, body),
  };
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, signal, agent: false, lookup: onlyThese(addresses) });
    sent.once("error", reject);
    sent.once("response", (answer) => drain(answer, resolve, reject));
    sent.end(body);
  });
}

function onlyThese(addresses: readonly Address[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first = { address: "", family: 0 }] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function drain(answer: IncomingMessage, resolve: (status: number) => void, reject: (error: Error) => void): void {
  const status = answer.statusCode ?? 0;
  let read = 0;
  answer.on("data", (piece: Buffer) => {
    read += piece.length;
    if (read <= mostAnswer) return;
    answer.destroy();
    resolve(status);
  });
  answer.once("end", () => resolve(status));
  answer.once("error", reject);
}
