import type { Notice, PushLine, PushOutcome, PushTarget } from "../../domain/push.ts";
import { chooseContact, describeContact, forbiddenContact } from "../connection/contacts.ts";
import { filledIn } from "../connection/notice.ts";
import { afterSending, refused, unable } from "../connection/outcome.ts";
import { quoted } from "../connection/pbx-error.ts";
import { type EslConnection, isOk } from "./esl-connection.ts";
import type { EslCommand } from "./frames.ts";
import { type SofiaRegistration, sofiaRegistrations } from "./registrations.ts";

/** What is pushed: all of a target that FreeSWITCH needs. */
export interface EslPush {
  readonly target: PushTarget;
  readonly line: PushLine;
  readonly notice: Notice;
  readonly profile: string;
  allows(address: string): boolean;
}

/** Finds the registration of the phone and sends. Rejects with a PbxError while nothing is sent yet. */
export async function pushThroughEsl(link: EslConnection, push: EslPush, signal: AbortSignal): Promise<PushOutcome> {
  const { line, target, profile } = push;
  const found = await candidates(link, push, signal);
  const [any] = found;
  if (!any) return unable(`nothing is registered at the PBX as ${line.user} in the profile ${profile}`);
  const chosen = chooseContact(found, target);
  if (chosen.isElsewhere) return unable(`other phones are registered at the PBX as ${line.user}, and this one is not`);
  const ours = found.find((registration) => registration === chosen.ours);
  const objection = forbiddenContact(ours ? [ours] : found, push.allows);
  if (objection !== undefined) return unable(objection);
  const failure = await sent(link, notifyEvent(push, ours ?? any, ours?.callId), signal);
  if (failure) return failure;
  if (ours) return { result: "answered", detail: `the PBX sent it to ${ours.uri}` };
  return {
    result: "answered",
    detail: `the PBX sent it to all phones of ${any.user}@${any.host}; which of them is this phone can't be told`,
    others: found.map(describeContact),
  };
}

/**
 * Those of the line's own domain; where FreeSWITCH knows the user by another domain only, the one that is provably
 * this phone, since the same user may be somebody else's there.
 */
async function candidates(link: EslConnection, push: EslPush, signal: AbortSignal): Promise<SofiaRegistration[]> {
  const { line, target, profile } = push;
  const { user } = line;
  const own = await sofiaRegistrations(link, { profile, user, host: line.domain }, signal);
  if (own.length > 0) return own;
  const all = await sofiaRegistrations(link, { profile, user, host: "" }, signal);
  const proven = all.filter(({ addresses, userAgent = "" }) => {
    const macs = userAgent.replace(/[:-]/g, "").toLowerCase();
    return macs.includes(target.mac) || addresses.includes(target.destination?.address ?? "");
  });
  const { ours } = chooseContact(proven, target);
  return proven.filter((registration) => registration === ours);
}

async function sent(link: EslConnection, command: EslCommand, signal: AbortSignal): Promise<PushOutcome | undefined> {
  try {
    const reply = await link.run(command, signal);
    if (isOk(reply)) return undefined;
    return refused(`the PBX refuses to send a NOTIFY: ${quoted(reply.headers.get("Reply-Text") ?? "no reason")}`);
  } catch (error) {
    return afterSending(error);
  }
}

/**
 * The event NOTIFY that mod_sofia turns into a SIP NOTIFY; it sends nothing unless all five first headers are there.
 * `call-id` keeps it to the one registration with that Call-ID. Its Subscription-State is always `terminated`.
 */
function notifyEvent({ notice, profile }: EslPush, to: SofiaRegistration, callId?: string): EslCommand {
  const { event, contentType, body } = filledIn(notice, callId);
  return {
    line: "sendevent NOTIFY",
    headers: [
      ["profile", profile],
      ["event-string", event],
      ["user", to.user],
      ["host", to.host],
      ["content-type", contentType ?? (body === undefined ? "application/simple-message-summary" : "text/plain")],
      ...(callId === undefined ? [] : [["call-id", callId] as const]),
    ],
    ...(body !== undefined && { body }),
  };
}
