import type { Notice, PushTarget } from "../../domain/push.ts";
import type { NotifySpec } from "../../domain/push-profile.ts";
import type { FileStamps } from "../../domain/stamps.ts";
import type { Desk } from "../desk/desk.ts";
import type { Errand } from "./target.ts";

/** What the phone is told over SIP and over HTTP, each where its family has words for it. */
export async function wordsOf(
  { family: { push } }: Desk,
  errand: Errand | "look",
  stampsFor: (other: string) => Promise<FileStamps>,
): Promise<Pick<PushTarget, "notice" | "request">> {
  if (errand === "look") return push.screenshot ? { request: push.screenshot } : {};
  if ("action" in errand) {
    const spec = push.notify[errand.action];
    const request = push.web[errand.action];
    return { ...(spec && { notice: await noticeOf(spec, stampsFor) }), ...(request && { request }) };
  }
  const { by, source = "" } = push.show ?? {};
  const { contentType = "text/xml", execute } = errand;
  if (by === "notify") return { notice: { event: "XML-Service", contentType, body: execute } };
  return { request: { method: "POST", path: "/CGI/Execute", form: { XML: execute }, source } };
}

async function noticeOf(
  { body, contentType, event, otherStamp, otherwise, subscriptionState }: NotifySpec,
  stampsFor: (other: string) => Promise<FileStamps>,
): Promise<Notice> {
  return {
    event,
    ...(otherwise && { otherwise: otherwise.event }),
    ...(contentType !== undefined && { contentType }),
    ...(subscriptionState !== undefined && { subscriptionState }),
    ...(body && { body: body.map((each) => `${each}\r\n`).join("") }),
    ...(otherStamp !== undefined && { stamps: await stampsFor(otherStamp) }),
  };
}
