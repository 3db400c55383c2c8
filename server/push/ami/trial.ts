import type { ConnectionFinding } from "../../domain/push.ts";
import { fails, failsWith, works } from "../connection/findings.ts";
import type { AmiConnection } from "./ami-connection.ts";
import { tryCalls } from "./calls.ts";
import { defaultOutboundEndpoint } from "./default-endpoint.ts";
import { saidBy, verdictOn } from "./endpoint.ts";
import { notifyCure, notifyMissing } from "./push.ts";

const systemCure =
  "give the user “write = system,command,reporting” in manager.conf and run: asterisk -rx 'manager reload'";

/** What a login may and can do. Sends nothing to a phone: PJSIPNotify without a receiver is only looked at. */
export async function tryAmi(link: AmiConnection, signal: AbortSignal): Promise<ConnectionFinding[]> {
  try {
    const notify = await tryNotify(link, signal);
    if (!notify.works) return [notify];
    const found = [notify, await tryEndpoints(link, signal), await tryDefaultEndpoint(link, signal)].flat();
    return [...found, await tryCalls(link, signal)];
  } catch (error) {
    return [failsWith(error)];
  }
}

/** Asterisk tells an unknown command, a missing permission and a missing receiver apart, in this order. */
async function tryNotify(link: AmiConnection, signal: AbortSignal): Promise<ConnectionFinding> {
  const pjsip = verdictOn((await link.ask({ name: "PJSIPNotify" }, signal)).response);
  if (pjsip === "no-permission") return fails("the user may not use PJSIPNotify", systemCure);
  if (pjsip !== "unknown-command") return works("PJSIPNotify is there and may be used");
  const chanSip = verdictOn((await link.ask({ name: "SIPnotify" }, signal)).response);
  if (chanSip === "unknown-command") return fails(notifyMissing, notifyCure);
  if (chanSip === "no-permission") return fails("the user may not use SIPnotify", systemCure);
  const show = verdictOn((await link.ask({ name: "PJSIPShowEndpoint" }, signal)).response);
  if (show !== "unknown-command") return fails(notifyMissing, notifyCure);
  return works("SIPnotify of chan_sip is there and may be used");
}

async function tryEndpoints(link: AmiConnection, signal: AbortSignal): Promise<ConnectionFinding[]> {
  const { response } = await link.ask({ name: "PJSIPShowEndpoint" }, signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") return [fails("the user may not see endpoints (PJSIPShowEndpoint)", systemCure)];
  // Without PJSIP the phones are at chan_sip, which has no contacts to list.
  if (verdict === "unknown-command") return [];
  if (verdict === "refused" && !/endpoint/i.test(saidBy(response))) return [fails(`the PBX says ${saidBy(response)}`)];
  return [works("the registrations of phones can be seen")];
}

async function tryDefaultEndpoint(link: AmiConnection, signal: AbortSignal): Promise<ConnectionFinding[]> {
  const name = await defaultOutboundEndpoint(link, signal);
  if (name !== undefined) return [works(`one phone of several at an endpoint can be told: ${name} sends to it`)];
  return [
    fails(
      "there is no default outbound endpoint: where several phones share an endpoint, all of them are told",
      "name an endpoint in pjsip.conf, section of type=global: default_outbound_endpoint=NAME; without “command” in the user's write line only one that is called default_outbound_endpoint is found",
    ),
  ];
}
