import { isIP } from "node:net";
import { plainAddress } from "./network.ts";
import type { Registration, Signalling } from "./push.ts";

/** Where a phone that registered is, as its PBX tells it. */
export interface RegisteredPlace {
  /** An IP address without brackets, else a host name. */
  readonly host: string;
  /** Where it listens; absent where the contact does not tell. */
  readonly port?: number;
  readonly signalling?: Signalling;
}

interface Uri {
  readonly host: string;
  readonly port?: number;
  readonly signalling?: Signalling | "other";
  readonly parameters: ReadonlyMap<string, string>;
}

const mostLength = 2000;
const mostPort = 65_535;
/**
 * Below are the ports of the system (RFC 6335 section 6): mail, names, logins. No phone may be told to listen there
 * (`sip.localPort`), and a router should keep what comes from above them above (RFC 4787 section 4.2.1).
 */
const firstPhonePort = 1024;
/** Systems take ports from here on for connections that they open (Linux; RFC 6335 section 6: from 49152). */
const firstPassingPort = 32_768;

/**
 * Reads a contact: a SIP URI (RFC 3261 section 19.1.1), bare or as `"Name" <uri>;parameters`, with what PBXs write into
 * it of where its packets come from. Undefined for what is none.
 */
export function parseContact(text: string): RegisteredPlace | undefined {
  if (text.length > mostLength) return undefined;
  const [, inside, after = ""] = /^[^<]*<([^<>]*)>(.*)$/s.exec(text) ?? [];
  const said = parseUri(inside ?? text.trim());
  if (!said) return undefined;
  const parameters = new Map([...said.parameters, ...parametersOf(after)]);
  const source = sourceIn(parameters);
  const { host, port, signalling } = source ? { signalling: said.signalling, ...source } : said;
  return {
    host,
    ...(port !== undefined && isListening(port, signalling) && { port }),
    ...(signalling !== undefined && signalling !== "other" && { signalling }),
  };
}

/** Where a phone is that registered; undefined where that can't be told. */
export function placeOf({ contact = "", receivedFrom }: Registration): RegisteredPlace | undefined {
  const found = parseContact(contact);
  const source = receivedFrom === undefined ? undefined : parseContact(receivedFrom);
  return (found && source) ?? found;
}

/** The IP addresses of a registration: what the phone says of itself, and where its packets come from. */
export function addressesOf(registration: Registration): readonly string[] {
  const { contact = "" } = registration;
  const [, inside] = /<([^<>]*)>/.exec(contact.slice(0, mostLength)) ?? [];
  const hosts = [parseUri(inside ?? contact.trim())?.host, placeOf(registration)?.host];
  return hosts.filter((host) => host !== undefined && isIP(host) !== 0) as string[];
}

/** A port that a connection came from takes no other; over UDP a phone sends from where it listens. */
function isListening(port: number, signalling: Uri["signalling"]): boolean {
  if (port < firstPhonePort) return false;
  if (signalling === undefined || signalling === "udp") return true;
  return signalling !== "other" && port < firstPassingPort;
}

/**
 * Where its packets come from: `alias` of Kamailio (nathelper, set_contact_alias), `fs_path` of FreeSWITCH where
 * `fs_nat` says that it is no proxy (mod_sofia, sofia_reg.c), `received` of both.
 */
function sourceIn(parameters: ReadonlyMap<string, string>): Omit<Uri, "parameters"> | undefined {
  const alias = parameters.get("alias");
  if (alias !== undefined) return parseAlias(alias);
  const path = parameters.get("fs_nat") === "yes" ? parameters.get("fs_path") : undefined;
  const received = path ?? parameters.get("received");
  if (received === undefined) return undefined;
  const found = parseUri(/^<?sips?:/i.test(received) ? received.replace(/^<|>$/g, "") : `sip:${received}`);
  if (!found) return undefined;
  const { parameters: _parameters, signalling, ...place } = found;
  return { ...place, ...(signalling && { signalling }) };
}

const aliasSignallings: Readonly<Record<string, Signalling>> = { 1: "udp", 2: "tcp", 3: "tls" };

/** `address~port~protocol`, the last as Kamailio counts them. */
function parseAlias(text: string): Omit<Uri, "parameters"> | undefined {
  const [address = "", port = "", protocol = ""] = text.split("~");
  const place = parseUri(`sip:${isIP(address) === 6 ? `[${address}]` : address}:${port}`);
  if (!place) return undefined;
  const { host, port: number } = place;
  return { host, ...(number !== undefined && { port: number }), signalling: aliasSignallings[protocol] ?? "other" };
}

const uri = /^(sips?):(?:[^@]*@)?(?:\[([0-9a-f:.%]+)\]|([a-z0-9_.-]+))(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i;

function parseUri(text: string): Uri | undefined {
  const [, scheme = "", inBrackets, name, port, rest = ""] = uri.exec(text) ?? [];
  const host = inBrackets === undefined ? name?.toLowerCase() : plainIpv6(inBrackets);
  const number = port === undefined ? undefined : Number(port);
  if (!host || number === 0 || (number ?? 1) > mostPort) return undefined;
  const parameters = parametersOf(rest);
  const signalling = signallingOf(scheme.toLowerCase() === "sips", parameters.get("transport")?.toLowerCase());
  return { host, ...(number !== undefined && { port: number }), ...(signalling && { signalling }), parameters };
}

/** RFC 3261 section 26.2.2: `sips` is TLS, whatever `transport` says. */
function signallingOf(isSecure: boolean, transport: string | undefined): Uri["signalling"] {
  if (isSecure) return "tls";
  if (transport === undefined || transport === "udp" || transport === "tcp" || transport === "tls") return transport;
  return "other";
}

/** As sockets write it; undefined for what is none. */
function plainIpv6(text: string): string | undefined {
  const plain = plainAddress(text);
  if (isIP(plain) !== 6) return isIP(plain) === 4 ? plain : undefined;
  return new URL(`http://[${plain}]`).hostname.slice(1, -1);
}

/** Names in lower case, values without quotes and escapes. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(";").filter((each) => each.trim() !== "");
  return new Map(
    pairs.map((each) => {
      const [name = "", ...value] = each.split("=");
      return [name.trim().toLowerCase(), unescaped(value.join("=").trim().replace(/^"|"$/g, ""))];
    }),
  );
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
