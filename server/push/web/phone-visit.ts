import { isIP } from "node:net";
import { plainAddress } from "../../domain/network.ts";
import type { WebSpec } from "../../domain/push.ts";
import { askOver, type WebAnswer } from "./ask.ts";
import { hostOfPlace, openPhoneSocket, type WebPlace } from "./phone-socket.ts";
import { authorizationFor, isStale, schemeOf, type WebCredential, type WebScheme } from "./web-login.ts";

export interface Visit {
  readonly place: WebPlace;
  readonly request: WebSpec;
  /** In the order to try, for a server that asks in this way. */
  credentials(scheme: WebScheme): readonly WebCredential[];
  /** Of an answer; 64 KB when absent. */
  readonly mostBytes?: number;
  readonly signal: AbortSignal;
}

export interface Visited {
  readonly answer: WebAnswer;
  readonly place: WebPlace;
  /** Credentials that were sent. */
  readonly tried: number;
  /** It asked for credentials, in this way. */
  readonly scheme?: WebScheme;
  /** It led elsewhere, which is not followed. */
  readonly isLedAway: boolean;
}

const usualBytes = 64 * 1024;
const mostRedirects = 2;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Asks a phone's web server as often as it takes: with each of the credentials once it wants some, and again where the
 * same phone has the same thing at another port or with TLS (multiplatform after 12.0(3)). Rejects with a WebError.
 */
export async function visit(to: Visit): Promise<Visited> {
  let { place } = to;
  for (let followed = 0; ; followed += 1) {
    const visited = await letIn({ ...to, place });
    if (!redirects.has(visited.answer.status)) return visited;
    const next = followed < mostRedirects ? samePhone(visited.answer.location, place, to.request.path) : undefined;
    if (!next) return { ...visited, isLedAway: true };
    place = next;
  }
}

/** The place that a redirect names: only of the same address and for the same path. */
function samePhone(location: string | undefined, from: WebPlace, path: string): WebPlace | undefined {
  const base = `${from.scheme}://${hostOfPlace(from)}${path}`;
  const url = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (!url || url.pathname + url.search !== path) return undefined;
  const address = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) === 0 || plainAddress(address) !== plainAddress(from.address)) return undefined;
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  const scheme = url.protocol === "https:" ? "https" : "http";
  return { scheme, address: from.address, port: Number(url.port || (scheme === "https" ? 443 : 80)) };
}

/** Nothing is told to a phone that does not ask; then each of the credentials, once more where only its nonce was stale. */
async function letIn(to: Visit): Promise<Visited> {
  let answer = await ask(to);
  const { place } = to;
  if (answer.status !== 401) return { answer, place, tried: 0, isLedAway: false };
  const scheme = schemeOf(answer.challenges);
  let tried = 0;
  for (const credential of to.credentials(scheme)) {
    tried += 1;
    answer = await askAs(to, credential, answer);
    if (answer.status === 401 && isStale(answer.challenges)) answer = await askAs(to, credential, answer);
    if (answer.status !== 401) break;
  }
  return { answer, place, tried, scheme, isLedAway: false };
}

async function askAs(to: Visit, credential: WebCredential, { challenges }: WebAnswer): Promise<WebAnswer> {
  const { request } = to;
  return await ask(to, authorizationFor(challenges, credential, request));
}

async function ask(
  { mostBytes = usualBytes, place, request, signal }: Visit,
  authorization?: string,
): Promise<WebAnswer> {
  const { form, method, path } = request;
  const socket = await openPhoneSocket(place, signal);
  const question = {
    ...{ method, path, host: hostOfPlace(place) },
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(form && { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(form && { body: new URLSearchParams(form).toString() }),
  };
  return await askOver(socket, question, { mostBytes, signal });
}
