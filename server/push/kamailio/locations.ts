import type { PushLine, Registration } from "../../domain/push.ts";
import { addressIn, type Contact } from "../connection/contacts.ts";
import { breaksLine, PbxError, quoted } from "../connection/pbx-error.ts";
import type { KamailioLink } from "./kamailio-link.ts";

/** A registration as the location table of usrloc keeps it. */
export interface Location extends Contact {
  /** URI that its packets go to, where that is not the contact: behind NAT (Received), or a proxy (Path). */
  readonly nextHop?: string;
  /** The value of Route, where it registered through proxies. */
  readonly path?: string;
  /** The socket of Kamailio that it registered at, `udp:10.0.0.1:5060`. */
  readonly socket?: string;
}

const mostContacts = 100;
export const lookUpMethod = "ul.lookup";

/** All that is registered for the line and not expired. Rejects with a PbxError. */
export async function lookUp(link: KamailioLink, line: PushLine, signal: AbortSignal): Promise<Location[]> {
  const answer = await link.ask(lookUpMethod, ["location", recordOf(line)], signal);
  if ("result" in answer) return readLocations(answer.result);
  if (isNobody(answer.error.text)) return [];
  throw lookUpTrouble(answer.error.text);
}

/** `AOR not found in location table`, and what versions say of one whose contacts are all gone. */
export function isNobody(text: string): boolean {
  return /\baor\b.*not found|no contacts?\b/i.test(text);
}

export function lookUpTrouble(text: string): PbxError {
  if (/method not found/i.test(text)) {
    return new PbxError("protocol", `the PBX does not know ${lookUpMethod}`, "load the module usrloc in kamailio.cfg");
  }
  if (/domain table not found/i.test(text)) {
    const cure = 'registrations are kept by save("location") of the module registrar; other tables are not looked at';
    return new PbxError("protocol", "the PBX has no table of registrations that is called location", cure);
  }
  return new PbxError("protocol", `the PBX does not tell its registrations: ${quoted(text)}`);
}

export function registrationOf([first]: readonly Location[]): Registration {
  if (!first) return { state: "unregistered" };
  const { uri: contact, callId, nextHop, path, userAgent } = first;
  return {
    ...{ state: "registered", contact },
    // Through a path it is the address of a proxy.
    ...(nextHop !== undefined && path === undefined && { receivedFrom: nextHop }),
    ...(callId && { callId }),
    ...(userAgent && { userAgent }),
  };
}

/** With its domain, which Kamailio leaves away by itself where it has but one (usrloc, use_domain). */
function recordOf({ user, domain }: PushLine): string {
  const host = domain.replace(/(?<!:):\d+$/, "");
  return user.includes("@") || host === "" ? user : `${user}@${host}`;
}

type Entry = { readonly Contact?: Readonly<Record<string, unknown>> };

function readLocations(result: unknown): Location[] {
  const { Contacts } = (result ?? {}) as { Contacts?: unknown };
  const entries = Array.isArray(Contacts) ? (Contacts as Entry[]) : [];
  return entries.slice(0, mostContacts).flatMap(({ Contact = {} }) => readLocation(Contact) ?? []);
}

function readLocation(contact: Readonly<Record<string, unknown>>): Location | undefined {
  const uri = told(contact["Address"]);
  if (uri === undefined || contact["Expires"] === "expired" || contact["Expires"] === "deleted") return undefined;
  const [received, path, callId] = [told(contact["Received"]), told(contact["Path"]), told(contact["Call-ID"])];
  const [userAgent, socket] = [told(contact["User-Agent"]), told(contact["Socket"])];
  const nextHop = path === undefined ? received : /^\s*<([^<>]*)>/.exec(path)?.[1];
  return {
    uri,
    addresses: [addressIn(uri), addressIn(received)].filter((found) => found !== undefined),
    ...(nextHop !== undefined && { nextHop }),
    ...(path !== undefined && { path }),
    ...(callId !== undefined && { callId }),
    ...(userAgent !== undefined && { userAgent }),
    ...(socket !== undefined && { socket }),
  };
}

/** What is not there Kamailio writes as `[not set]`. */
function told(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "" || value === "[not set]" || value.length > 1000) return undefined;
  return breaksLine(value) ? undefined : value;
}
