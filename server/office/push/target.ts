import { isIP } from "node:net";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import { plainAddress } from "../../domain/network.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { Notice, NotifySpec, PushAction, PushLine, PushTarget, Signalling } from "../../domain/push.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import type { HostNames } from "../../lib/host-names.ts";
import type { Sealer } from "../../security/sealer.ts";
import type { Desk, Desks } from "../desk/desk.ts";
import type { Revision, Revisions } from "../revisions/revisions.ts";
import { openLineSecret } from "../sealing.ts";

export interface TargetParts {
  readonly catalogue: Catalogue;
  readonly store: StoreReader;
  readonly desks: Desks;
  readonly presence: Presence;
  readonly revisions: Revisions;
  readonly sealer: Sealer;
  readonly names: HostNames;
  /** Whether Offhook may send there: an IP address. */
  allows(address: string): boolean;
}

/** A device as a push needs it. Holds secrets in the clear. */
export interface PushedPhone {
  readonly document: StoredDocument<Device>;
  readonly desk: Desk;
  readonly presence: PresenceFacts;
  readonly desired: Revision | undefined;
  readonly target: PushTarget;
  /** Why the phone itself can't be reached, where it has no destination. */
  readonly nowhere?: string;
}

/** What is to be sent: an action of the family's, or an XML document that the phone executes. */
export type Errand = { readonly action: PushAction } | { readonly execute: string };

/** Everything that a transport is told of a phone. */
export async function aim(parts: TargetParts, document: StoredDocument<Device>, errand: Errand): Promise<PushedPhone> {
  const { organization, body } = document;
  const [desk, presence, desired] = await Promise.all([
    parts.desks.read(parts.store, document),
    parts.presence.of(organization, body.mac),
    parts.revisions.of(organization, body.mac),
  ]);
  const place = await destinationOf(parts, desk, presence);
  const password = text(desk, "phone.adminPassword");
  const [first] = desk.lines;
  const line: PushLine | undefined = first && {
    user: first.userId,
    authUser: first.authId,
    domain: String(first.settings.get("sip.server")?.value ?? ""),
  };
  const target: PushTarget = {
    organization,
    mac: body.mac,
    family: desk.family.id,
    ...(presence.userAgent !== undefined && { userAgent: presence.userAgent }),
    ...("address" in place && { destination: place }),
    signalling: signallingOf(desk),
    ...(line && { line }),
    ...(await onlyFrom(parts, desk)),
    secrets: await secretsOf(parts, desk, presence),
    webServer: webServerOf(desk),
    web: password === undefined ? [] : [{ user: "admin", password }],
    ...wordsOf(desk, errand),
  };
  return { document, desk, presence, desired, target, ...("nowhere" in place && { nowhere: place.nowhere }) };
}

/** Phones that are told to take SIP from their server only drop what comes from elsewhere. */
async function onlyFrom(
  parts: TargetParts,
  { lines: [first], plan, settings }: Desk,
): Promise<Pick<PushTarget, "onlyFrom">> {
  if (!plan.carried.has("sip.onlyProxy") || settings.get("sip.onlyProxy")?.value !== true) return {};
  const server = first?.settings.get("sip.outboundProxy")?.value ?? first?.settings.get("sip.server")?.value;
  return server === undefined ? {} : { onlyFrom: (await resolved(parts, String(server))) ?? String(server) };
}

function wordsOf({ family: { push } }: Desk, errand: Errand): Pick<PushTarget, "notice" | "request"> {
  if ("action" in errand) {
    const spec = push.notify[errand.action];
    const request = push.web[errand.action];
    return { ...(spec && { notice: noticeOf(spec) }), ...(request && { request }) };
  }
  const { by, source = "" } = push.show ?? {};
  if (by === "notify") return { notice: { event: "XML-Service", contentType: "text/xml", body: errand.execute } };
  return { request: { method: "POST", path: "/CGI/Execute", form: { XML: errand.execute }, source } };
}

function noticeOf({ event, contentType, subscriptionState, body }: NotifySpec): Notice {
  return {
    event,
    ...(contentType !== undefined && { contentType }),
    ...(subscriptionState !== undefined && { subscriptionState }),
    ...(body && { body: body.map((each) => `${each}\r\n`).join("") }),
  };
}

/** As the phone has been told; what it can't be told does not count. */
function webServerOf({ plan, settings }: Desk): NonNullable<PushTarget["webServer"]> {
  const told = (name: string) => (plan.carried.has(name) ? settings.get(name)?.value : undefined);
  const port = told("access.webPort");
  const isSecure = told("access.webProtocol") === "https";
  return { scheme: isSecure ? "https" : "http", ...(typeof port === "number" && { port }) };
}

function signallingOf(desk: Desk): Signalling {
  const value = desk.lines[0]?.settings.get("sip.transport")?.value;
  // A phone that chooses by itself listens over UDP in any case.
  return value === "tcp" || value === "tls" ? value : "udp";
}

type Place = { readonly address: string; readonly port: number } | { readonly nowhere: string };

/** What people say of the phone, else where it asked from: unless that is the address of several. */
async function destinationOf(parts: TargetParts, desk: Desk, { address: last }: PresenceFacts): Promise<Place> {
  const given = text(desk, "push.address");
  const address = given === undefined ? last : await resolved(parts, given);
  if (address === undefined)
    return { nowhere: given === undefined ? "it never asked for a file" : `the name ${given} has no address` };
  if (!parts.allows(address)) return { nowhere: `${address} is not in a network that Offhook may send to` };
  const sharers = given === undefined ? ((await parts.presence.addresses()).get(address) ?? 0) : 1;
  if (sharers > 1) return { nowhere: `${sharers} devices ask from ${address}, so that is not the phone's own address` };
  return { address, port: number(desk, "push.port") ?? number(desk, "sip.localPort") ?? 5060 };
}

async function resolved({ names }: Pick<TargetParts, "names">, host: string): Promise<string | undefined> {
  return isIP(host) ? plainAddress(host) : await names.addressOf(host);
}

/** Of the first line: what the phone has completed a fetch of, then what it shall have. */
async function secretsOf(parts: TargetParts, desk: Desk, { served }: PresenceFacts): Promise<readonly string[]> {
  const { organization, device } = desk;
  const wanted = desk.lines[0]?.secret;
  const snapshot = served && (await parts.revisions.snapshot(organization, device.body.mac, served.n));
  const [line] = snapshot?.lines ?? [];
  const held = line && openLineSecret(parts.sealer, { organization, kind: "line", id: line.id }, line.secret);
  return [...new Set([held, wanted].filter((each) => each !== undefined))];
}

function text({ settings }: Desk, name: string): string | undefined {
  const value = settings.get(name)?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number({ settings, lines }: Desk, name: string): number | undefined {
  const value = lines[0]?.settings.get(name)?.value ?? settings.get(name)?.value;
  return typeof value === "number" ? value : undefined;
}
