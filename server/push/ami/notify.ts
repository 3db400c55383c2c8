import type { Notice } from "../../domain/push.ts";
import type { AmiAction } from "./action.ts";
import { amiVariable } from "./action.ts";

export type NotifyAddress =
  | { readonly by: "Endpoint" | "URI"; readonly to: string }
  /** chan_sip, which is gone since Asterisk 21. */
  | { readonly by: "Channel"; readonly to: string };

/**
 * A NOTIFY as PJSIPNotify and SIPnotify take it: headers are variables, and so is each line of the body. Asterisk
 * joins the lines by CRLF, so that an empty last one gives the CRLF at the end.
 */
export function notifyAction(notice: Notice, { by, to }: NotifyAddress): AmiAction {
  const { event, contentType, subscriptionState, body } = notice;
  const variables = [amiVariable("Event", event)];
  // Asterisk always sends `Subscription-State: terminated` itself; another state is a second header.
  if (subscriptionState !== undefined && subscriptionState !== "terminated") {
    variables.push(amiVariable("Subscription-State", subscriptionState));
  }
  if (body !== undefined) {
    variables.push(amiVariable("Content-Type", contentType ?? "text/plain"));
    for (const line of body.split(/\r?\n/)) variables.push(amiVariable("Content", line));
  }
  return { name: by === "Channel" ? "SIPnotify" : "PJSIPNotify", headers: [[by, to], ...variables] };
}
