import type { Registration } from "../../domain/push.ts";
import type { Fields } from "../connection/block-reader.ts";
import { addressIn, type Contact } from "../connection/contacts.ts";
import { quoted } from "../connection/pbx-error.ts";
import type { AmiConnection } from "./ami-connection.ts";

/** What Asterisk says to a request: done, or one of the ways to say no. */
export type AmiVerdict = "done" | "unknown-command" | "no-permission" | "refused";

export function verdictOn(response: Fields): AmiVerdict {
  if (response.get("Response")?.toLowerCase() !== "error") return "done";
  const message = response.get("Message") ?? "";
  if (/^invalid\/unknown command/i.test(message)) return "unknown-command";
  if (/^permission denied/i.test(message)) return "no-permission";
  return "refused";
}

/** In the words of the PBX, for a reason. */
export function saidBy(response: Fields): string {
  return quoted(response.get("Message") ?? "no reason");
}

interface EndpointContact extends Contact {
  /** Written into pjsip.conf; it tells nothing of a registration. */
  readonly isStatic: boolean;
  readonly isReachable: boolean;
}

export type EndpointLook =
  | { readonly verdict: "done"; readonly contacts: readonly EndpointContact[] }
  | { readonly verdict: Exclude<AmiVerdict, "done">; readonly said: string };

/** The contacts of a PJSIP endpoint: AMI action PJSIPShowEndpoint with its ContactStatusDetail events. */
export async function lookAtEndpoint(link: AmiConnection, name: string, signal: AbortSignal): Promise<EndpointLook> {
  const { response, events } = await link.ask({ name: "PJSIPShowEndpoint", headers: [["Endpoint", name]] }, signal);
  const verdict = verdictOn(response);
  if (verdict !== "done") return { verdict, said: saidBy(response) };
  const details = events.filter((event) => event.get("Event") === "ContactStatusDetail");
  return { verdict, contacts: details.map(readContact).filter(({ uri }) => uri !== "") };
}

export function registrationOf(contacts: readonly EndpointContact[]): Registration {
  const registered = contacts.filter(({ isStatic }) => !isStatic);
  const best = registered.find(({ isReachable }) => isReachable) ?? registered[0];
  if (!best) return { state: "unregistered" };
  const { uri: contact, callId, userAgent } = best;
  return { state: "registered", contact, ...(callId && { callId }), ...(userAgent && { userAgent }) };
}

function readContact(event: Fields): EndpointContact {
  const uri = event.get("URI") ?? "";
  const userAgent = event.get("UserAgent");
  const callId = event.get("CallID");
  const addresses = [addressIn(uri), addressIn(event.get("ViaAddress"))].filter((found) => found !== undefined);
  return {
    uri,
    addresses,
    ...(userAgent && { userAgent }),
    ...(callId && { callId }),
    isStatic: Number(event.get("RegExpire") ?? 1) <= 0,
    isReachable: event.get("Status") !== "Unreachable",
  };
}
