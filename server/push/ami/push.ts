import type { Notice, PushLine, PushOutcome, PushTarget } from "../../domain/push.ts";
import { type ChosenContacts, chooseContact, describeContact, forbiddenContact } from "../connection/contacts.ts";
import { filledIn } from "../connection/notice.ts";
import { afterSending, refused, unable } from "../connection/outcome.ts";
import type { AmiAction } from "./action.ts";
import type { AmiAnswer, AmiConnection } from "./ami-connection.ts";
import { defaultOutboundEndpoint } from "./default-endpoint.ts";
import { lookAtEndpoint, saidBy, verdictOn } from "./endpoint.ts";
import { type NotifyAddress, notifyAction } from "./notify.ts";

/** What is pushed: all of a target that Asterisk needs. */
export interface AmiPush {
  readonly target: PushTarget;
  readonly line: PushLine;
  readonly notice: Notice;
  allows(address: string): boolean;
}

export const notifyMissing =
  "Asterisk does not know PJSIPNotify: its module res_pjsip_notify loads only where a pjsip_notify.conf exists";
export const notifyCure =
  "create /etc/asterisk/pjsip_notify.conf (one line, [general], is enough) and run: asterisk -rx 'module load res_pjsip_notify.so'";

/** Finds the phone among the contacts of its endpoint and sends. Rejects with a PbxError while nothing is sent yet. */
export async function pushThroughAmi(link: AmiConnection, push: AmiPush, signal: AbortSignal): Promise<PushOutcome> {
  const { user } = push.line;
  const look = await lookAtEndpoint(link, user, signal);
  if (look.verdict !== "done") {
    if (look.verdict === "unknown-command") return await pushToPeer(link, push, signal);
    if (look.verdict === "no-permission") return refused(permissionReason("PJSIPShowEndpoint"));
    return refused(`the PBX has no endpoint ${user}: it says ${look.said}`);
  }
  if (look.contacts.length === 0) return unable(`nothing is registered at the PBX as ${user}`);
  const chosen = chooseContact(look.contacts, push.target);
  if (chosen.isElsewhere) return unable(`other phones are registered at the PBX as ${user}, and this one is not`);
  const objection = forbiddenContact(look.contacts, push.allows);
  if (objection !== undefined) return unable(objection);
  const address = await addressFor(link, user, chosen, signal);
  const notice = filledIn(push.notice, chosen.ours?.callId);
  const answer = await sent(link, notifyAction(notice, address), signal);
  return "result" in answer ? answer : outcomeOf(answer, address, chosen);
}

/**
 * An endpoint is told as a whole and with its own settings; where several phones share it, only this one's contact is
 * named, if Asterisk has an endpoint to send with.
 */
async function addressFor(
  link: AmiConnection,
  user: string,
  { ours, others }: ChosenContacts,
  signal: AbortSignal,
): Promise<NotifyAddress> {
  if (!ours || others.length === 0) return { by: "Endpoint", to: user };
  const name = await defaultOutboundEndpoint(link, signal);
  return name === undefined ? { by: "Endpoint", to: user } : { by: "URI", to: ours.uri };
}

async function sent(link: AmiConnection, action: AmiAction, signal: AbortSignal): Promise<AmiAnswer | PushOutcome> {
  try {
    return await link.ask(action, signal);
  } catch (error) {
    return afterSending(error);
  }
}

function outcomeOf({ response }: AmiAnswer, address: NotifyAddress, chosen: ChosenContacts): PushOutcome {
  const verdict = verdictOn(response);
  if (verdict === "unknown-command") return refused(notifyMissing);
  if (verdict === "no-permission") return refused(permissionReason("PJSIPNotify"));
  if (verdict === "refused") return refused(`the PBX refuses: ${saidBy(response)}`);
  if (address.by === "URI") return { result: "answered", detail: `the PBX sent it to ${address.to}` };
  const others = chosen.others.map(describeContact);
  const all = chosen.ours ? "" : "; which of its contacts is this phone can't be told";
  return {
    result: "answered",
    detail: `the PBX sent it to the endpoint ${address.to}${all}`,
    ...(others.length > 0 && { others }),
  };
}

/** Asterisk up to 20 may have its phones at chan_sip; a peer has one contact. */
async function pushToPeer(link: AmiConnection, push: AmiPush, signal: AbortSignal): Promise<PushOutcome> {
  const { user } = push.line;
  const notice = filledIn(push.notice);
  const answer = await sent(link, notifyAction(notice, { by: "Channel", to: user }), signal);
  if ("result" in answer) return answer;
  const verdict = verdictOn(answer.response);
  if (verdict === "unknown-command") return refused("the PBX knows neither PJSIP nor chan_sip");
  if (verdict === "no-permission") return refused(permissionReason("SIPnotify"));
  if (verdict === "refused") return refused(`the PBX refuses to tell ${user}: ${saidBy(answer.response)}`);
  return { result: "answered", detail: `the PBX sent it to the peer ${user}` };
}

function permissionReason(action: string): string {
  return `the PBX does not let this login use ${action}: it needs “write = system” in manager.conf`;
}
