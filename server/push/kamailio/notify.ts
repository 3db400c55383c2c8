import { randomBytes } from "node:crypto";
import type { Notice, PushLine } from "../../domain/push.ts";
import type { HeaderField } from "../../sip/headers.ts";
import { Login, type SipCredential } from "../../sip/login.ts";
import { isRequest, parseHead, type SipResponse } from "../../sip/message.ts";
import { breaksLine, PbxError, quoted } from "../connection/pbx-error.ts";
import { escapeUser, hostOf } from "../sip/uri-parts.ts";
import type { KamailioLink, RpcAnswer } from "./kamailio-link.ts";
import type { Location } from "./locations.ts";

export interface KamailioNotify {
  readonly line: PushLine;
  readonly notice: Notice;
  readonly location: Location;
  readonly credentials: readonly SipCredential[];
}

export type NotifyOutcome =
  | {
      readonly result: "response";
      readonly response: SipResponse;
      readonly tried: number;
      readonly isUnanswerable: boolean;
    }
  /** Kamailio's own timer ran out. */
  | { readonly result: "silent" }
  /** In the words of Kamailio; nothing was sent. */
  | { readonly result: "refused"; readonly said: string };

export const notifyMethod = "tm.t_uac_wait";
/** Kamailio waits for a phone for 30 s where its fr_timer says nothing else. */
const phoneMs = 32_000;
const mostRounds = 5;

/**
 * Lets Kamailio send, and again with our answer where the phone asks for the line's password: tm hands its final
 * response back and has no credentials of its own. Rejects with a PbxError.
 */
export async function notifyThrough(
  link: KamailioLink,
  notify: KamailioNotify,
  signal: AbortSignal,
): Promise<NotifyOutcome> {
  const login = new Login(notify.credentials);
  const callId = `${randomBytes(12).toString("hex")}@offhook`;
  for (let round = 1; ; round += 1) {
    const own: HeaderField[] = [
      ["Call-ID", callId],
      ["CSeq", `${round} NOTIFY`],
      ...answersOf(login, notify.location.uri),
    ];
    const answer = await link.ask(notifyMethod, parametersOf(notify, own), signal, phoneMs);
    const response = readResponse(answer);
    if (!("status" in response)) return response;
    if (round < mostRounds && login.canAnswer(response)) continue;
    return { result: "response", response, tried: login.tried, isUnanswerable: login.isUnanswerable };
  }
}

function answersOf(login: Login, uri: string): HeaderField[] {
  try {
    return login.headers("NOTIFY", uri);
  } catch {
    throw new PbxError("value", "the name or password of the line has a control character in it");
  }
}

/** Method, Request-URI, next hop, socket, headers and, where there is one, body; `.` where Kamailio shall choose. */
function parametersOf({ line, notice, location }: KamailioNotify, own: readonly HeaderField[]): string[] {
  const host = hostOf(line.domain) ?? "offhook.invalid";
  const { event, contentType, subscriptionState, body } = notice;
  const headers: HeaderField[] = [
    // The tag of From is tm's: it adds its own behind one that is given.
    ["From", `<sip:offhook@${host}>`],
    ["To", `<sip:${escapeUser(line.user).replaceAll("!", "%21")}@${host}>`],
    ["Event", event],
    ...(subscriptionState === undefined ? [] : [["Subscription-State", subscriptionState] as const]),
    ...(body === undefined ? [] : [["Content-Type", contentType ?? "text/plain"] as const]),
    ...(location.path === undefined ? [] : [["Route", location.path] as const]),
    ...own,
  ];
  // tm writes its own address and port for two exclamation marks.
  const text = `${headers.map(fieldOf).join("")}Contact: <sip:offhook@!!>\r\n`;
  const next = [location.nextHop ?? ".", location.socket ?? "."];
  return ["NOTIFY", location.uri, ...next, text, ...(body === undefined ? [] : [body])];
}

/**
 * A header field with its end. tm miscounts a field with several exclamation marks and crashes the whole Kamailio
 * (tm/rpc_uac.c, get_hfblock; seen with 5.6.3): such a field is never sent.
 */
function fieldOf([name, value]: HeaderField): string {
  if (breaksLine(value)) throw new PbxError("value", `a line end or a NUL can't be sent in ${name}`);
  if (/!.*!/.test(value)) throw new PbxError("value", `Kamailio can't send ${name} with several exclamation marks`);
  return `${name}: ${value}\r\n`;
}

type Refused = Extract<NotifyOutcome, { result: "silent" | "refused" }>;

/** `[code, reason, …, headers]`; headers are empty where the response is Kamailio's own, as 408 when its time is over. */
function readResponse(answer: RpcAnswer): SipResponse | Refused {
  if ("error" in answer) return { result: "refused", said: quoted(answer.error.text) };
  const list = Array.isArray(answer.result) ? (answer.result as unknown[]) : [];
  const [status, reason] = list;
  const headers = list.at(-1);
  if (typeof status !== "number" || typeof reason !== "string" || typeof headers !== "string" || list.length < 3) {
    throw new PbxError("protocol", `the PBX answers ${notifyMethod} in a way that is not known here`);
  }
  if (headers === "" && status === 408) return { result: "silent" };
  if (headers === "") return { result: "refused", said: quoted(`${status} ${reason}`) };
  const message = parseHead(
    `SIP/2.0 ${status} ${reason.replace(/[\r\n]/g, " ")}\r\n${headers.replace(/(\r\n)+$/, "")}`,
  );
  if (message && !isRequest(message)) return message;
  return { status, reason, headers: [], body: Buffer.alloc(0) };
}
