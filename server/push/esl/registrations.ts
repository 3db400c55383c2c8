import type { Registration } from "../../domain/push.ts";
import { addressIn, type Contact } from "../connection/contacts.ts";
import { PbxError, quoted } from "../connection/pbx-error.ts";
import type { EslConnection } from "./esl-connection.ts";

/** A registration as the Sofia profile keeps it. */
export interface SofiaRegistration extends Contact {
  readonly callId: string;
  readonly user: string;
  /** Its domain in FreeSWITCH, which a profile may force: not always what the phone is told. */
  readonly host: string;
}

const mostRegistrations = 1_000;

/**
 * Registrations of a user at a profile, of any domain when `host` is empty (`sofia xmlstatus profile … user …`).
 * Rejects with a PbxError.
 */
export async function sofiaRegistrations(
  link: EslConnection,
  { profile, user, host }: { readonly profile: string; readonly user: string; readonly host: string },
  signal: AbortSignal,
): Promise<SofiaRegistration[]> {
  const line = `api sofia xmlstatus profile ${word(profile)} user ${word(user)}@${host === "" ? "" : word(host)}`;
  return readRegistrations(await askSofia(link, line, profile, signal));
}

/** The answer of a `sofia` command. Rejects with a PbxError that names the cure. */
async function askSofia(link: EslConnection, line: string, profile: string, signal: AbortSignal): Promise<string> {
  const { headers, body } = await link.run({ line }, signal);
  const said = (body || headers.get("Reply-Text")) ?? "";
  if (/^invalid profile/i.test(said)) {
    const cure = "name one of the profiles that “sofia status” lists in the connection";
    throw new PbxError("protocol", `the PBX has no Sofia profile ${profile}`, cure);
  }
  if (/command not found/i.test(said)) {
    throw new PbxError("protocol", "the PBX does not know the command sofia", "load the module mod_sofia");
  }
  if (/^-ERR/.test(said)) {
    const cure = "let the user run sofia: esl-allowed-api in its directory entry";
    throw new PbxError("login", `the PBX does not let this login ask for registrations: ${quoted(said)}`, cure);
  }
  return said;
}

export function registrationOf(found: readonly SofiaRegistration[]): Registration {
  const [first] = found;
  if (!first) return { state: "unregistered" };
  const { uri: contact, callId, userAgent } = first;
  return { state: "registered", contact, callId, ...(userAgent && { userAgent }) };
}

/** A word of a command line: spaces, quotes and the like would make it another command. Throws a PbxError. */
function word(text: string): string {
  if (/^[^\s'"`\\,;|^${}@]{1,200}$/.test(text)) return text;
  throw new PbxError("value", `${quoted(text)} can't be asked for at FreeSWITCH`);
}

function readRegistrations(xml: string): SofiaRegistration[] {
  const blocks = xml.split("<registration>").slice(1, mostRegistrations + 1);
  return blocks.map(readRegistration).filter(({ callId, user }) => callId !== "" && user !== "");
}

function readRegistration(xml: string): SofiaRegistration {
  const [user = "", host = ""] = element(xml, "user").split("@");
  const uri = /<([^<>]*)>/.exec(element(xml, "contact"))?.[1] ?? element(xml, "contact");
  const userAgent = element(xml, "agent");
  const addresses = [addressIn(uri), addressIn(element(xml, "network-ip"))].filter((found) => found !== undefined);
  return { callId: element(xml, "call-id"), user, host, uri, addresses, ...(userAgent && { userAgent }) };
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function element(xml: string, name: string): string {
  const start = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, start);
  if (start < 0 || end < 0) return "";
  const text = xml.slice(start + name.length + 2, end).slice(0, 2_000);
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, entity: string) => entities[entity] ?? "").trim();
}
