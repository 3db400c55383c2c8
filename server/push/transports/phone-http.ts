import { isIP } from "node:net";
import type { CreatePushTransport, PushOutcome, PushTarget, PushTransportParts } from "../../domain/push.ts";
import { WebError } from "../web/ask.ts";
import { hostOfPlace, type WebPlace } from "../web/phone-socket.ts";
import { visit } from "../web/phone-visit.ts";
import type { WebCredential, WebScheme } from "../web/web-login.ts";
import { visitInWords } from "../web/words.ts";

type Parts = Pick<PushTransportParts, "allows" | "logins">;

const answerMs = 15_000;
/** Of the people that read it: Cisco allows 40 KB, usecallmanager keeps to 512 characters (reference, E.5). */
const mostFormBytes = 40_000;

/** A request to the phone's own web server: action URLs (multiplatform, SPA) and CGI/Execute. */
const createTransport: CreatePushTransport = (parts) => ({
  name: "phone-http",
  objection: (target) => objectionTo(target, parts),
  async send(target, signal) {
    const reason = objectionTo(target, parts);
    return reason === undefined ? await ask(target, parts, signal) : { result: "unable", reason };
  },
  close: async () => undefined,
});
export default createTransport;

function objectionTo({ destination, request }: PushTarget, { allows }: Parts): string | undefined {
  if (!request) return "There is no request for this that web servers of its family know.";
  if (!destination) return "It is not known where the phone is: it has not been seen yet, and push.address is not set.";
  if (isIP(destination.address) === 0 || !allows(destination.address)) {
    return `${destination.address} is outside of the networks that Offhook may send to.`;
  }
  const length = Object.values(request.form ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  return length > mostFormBytes ? "That is more than a phone takes in one request." : undefined;
}

async function ask(target: PushTarget, parts: Parts, signal: AbortSignal): Promise<PushOutcome> {
  const { destination, request, webServer } = target;
  if (!destination || !request) throw new TypeError("nothing to ask, or nobody to ask it of");
  const { scheme = "http", port = scheme === "https" ? 443 : 80 } = webServer ?? {};
  const place: WebPlace = { scheme, address: destination.address, port };
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const credentials = (asked: WebScheme) => credentialsFor(target, asked, parts);
    return visitInWords(await visit({ place, request, credentials, signal: within }));
  } catch (error) {
    if (!(error instanceof WebError)) throw error;
    const reason = `The phone's web server at ${hostOfPlace(place)} ${error.message}. It may be off: see phone.webAccess.`;
    return { result: error.trouble === "silent" || error.trouble === "closed" ? "silent" : "refused", reason };
  }
}

/**
 * A phone that is asked to execute something asks its authenticationURL, which is ours, about what we say here: a login
 * for this one request. Its own password is never said there in the clear, since the phone would pass it on to whatever
 * address it has been given.
 */
function credentialsFor(
  { destination, mac, request, web }: PushTarget,
  scheme: WebScheme,
  { logins }: Parts,
): readonly WebCredential[] {
  if (request?.path !== "/CGI/Execute" || !destination) return web;
  const once = logins.issue({ mac, address: destination.address });
  return scheme === "digest" ? [...web, once] : [once];
}
