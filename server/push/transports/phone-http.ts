import { isIP } from "node:net";
import type { LookOutcome } from "../../domain/phone-screen.ts";
import type { CreatePushTransport, PushOutcome, PushTarget, PushTransportParts, WebSpec } from "../../domain/push.ts";
import { WebError } from "../web/ask.ts";
import { hostOfPlace, type WebPlace } from "../web/phone-socket.ts";
import { type Visited, visit } from "../web/phone-visit.ts";
import { mostPictureBytes, pictureInWords } from "../web/picture.ts";
import type { WebCredential, WebScheme } from "../web/web-login.ts";
import { reachInWords, visitInWords } from "../web/words.ts";

type Parts = Pick<PushTransportParts, "allows" | "logins">;

const answerMs = 15_000;
/** Of the people that read it: Cisco allows 40 KB, usecallmanager keeps to 512 characters (reference, E.5). */
const mostFormBytes = 40_000;

/** What anybody's browser asks first. The pages of the administrator are no better proof: some of them act. */
const firstPage: WebSpec = { method: "GET", path: "/", source: "RFC 9110 section 9.2.1: GET is safe" };

/** A request to the phone's own web server: action URLs (multiplatform, SPA) and CGI/Execute. */
const createTransport: CreatePushTransport = (parts) => ({
  name: "phone-http",
  objection: (target) => objectionTo(target, parts),
  async send(target, signal) {
    const reason = objectionTo(target, parts);
    return reason === undefined ? await ask(target, parts, signal, visitInWords) : { result: "unable", reason };
  },
  async reach(target, signal) {
    const reason = objectionTo(target, parts);
    if (reason !== undefined) return { result: "unable", reason };
    return await ask({ ...target, request: firstPage }, parts, signal, reachInWords);
  },
  async look(target, signal) {
    const reason = objectionTo(target, parts);
    if (reason !== undefined) return { result: "unable", reason };
    return await lookAt(target, parts, signal);
  },
  close: async () => undefined,
});
export default createTransport;

function objectionTo({ destination, request }: PushTarget, { allows }: Parts): string | undefined {
  if (!request) return "There is no request for this that web servers of its family know.";
  if (!destination) return "It is not known where the phone is: it has not been seen yet, and push.address is not set.";
  if (destination.forSipOnly) {
    return `At ${destination.address}, which only its PBX names or several share, it is reached by SIP alone; push.address is not set.`;
  }
  if (isIP(destination.address) === 0 || !allows(destination.address)) {
    return `${destination.address} is outside of the networks that Offhook may send to.`;
  }
  const length = Object.values(request.form ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  return length > mostFormBytes ? "That is more than a phone takes in one request." : undefined;
}

async function ask(
  target: PushTarget,
  parts: Parts,
  signal: AbortSignal,
  inWords: (visited: Visited) => PushOutcome,
): Promise<PushOutcome> {
  try {
    return inWords(await visitPhone(target, parts, signal));
  } catch (error) {
    const isThere = error instanceof WebError && error.trouble === "too-long";
    if (target.request === firstPage && isThere) return { result: "answered" };
    return troubleInWords(error, placeOf(target));
  }
}

async function lookAt(target: PushTarget, parts: Parts, signal: AbortSignal): Promise<LookOutcome> {
  try {
    return pictureInWords(await visitPhone(target, parts, signal, mostPictureBytes));
  } catch (error) {
    return troubleInWords(error, placeOf(target));
  }
}

/** Rejects with a WebError. */
async function visitPhone(target: PushTarget, parts: Parts, signal: AbortSignal, mostBytes?: number): Promise<Visited> {
  const { request } = target;
  if (!request) throw new TypeError("there is nothing to ask");
  return await visit({
    ...{ place: placeOf(target), request },
    credentials: (asked: WebScheme) => credentialsFor(target, asked, parts),
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    ...(mostBytes !== undefined && { mostBytes }),
  });
}

function placeOf({ destination, webServer }: PushTarget): WebPlace {
  if (!destination) throw new TypeError("there is nobody to ask");
  const { scheme = "http", port = scheme === "https" ? 443 : 80 } = webServer ?? {};
  return { scheme, address: destination.address, port };
}

/** Throws what is no trouble of the phone's. */
function troubleInWords(error: unknown, place: WebPlace): { result: "silent" | "refused"; reason: string } {
  if (!(error instanceof WebError)) throw error;
  const { message, trouble } = error;
  const reason = `The phone's web server at ${hostOfPlace(place)} ${message}. It may be off: see phone.webAccess.`;
  return { result: trouble === "silent" || trouble === "closed" ? "silent" : "refused", reason };
}

/**
 * A phone whose CGI is asked for something asks its authenticationURL, which is ours, about what we say here: a login for
 * this one request. Its own password is never said there in the clear, since the phone would pass it on to whatever
 * address it has been given.
 */
function credentialsFor(
  { destination, mac, request, web }: PushTarget,
  scheme: WebScheme,
  { logins }: Parts,
): readonly WebCredential[] {
  if (!request?.path.startsWith("/CGI/") || !destination) return web;
  const once = logins.issue({ mac, address: destination.address });
  return scheme === "digest" ? [...web, once] : [once];
}
