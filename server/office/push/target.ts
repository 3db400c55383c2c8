import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { PushAction, PushLine, PushTarget, Registration, Signalling } from "../../domain/push.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import type { HostNames } from "../../lib/host-names.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { Sealer } from "../../security/sealer.ts";
import type { Desk, Desks } from "../desk/desk.ts";
import type { Revision, Revisions } from "../revisions/revisions.ts";
import type { Snapshot } from "../revisions/snapshots.ts";
import { openLineSecret } from "../sealing.ts";
import { destinationOf, resolved } from "./destination.ts";
import { wordsOf } from "./notice.ts";
import { stampsFor } from "./stamps.ts";

export interface TargetParts {
  readonly catalogue: Catalogue;
  readonly store: StoreReader;
  readonly desks: Desks;
  readonly presence: Presence;
  readonly revisions: Revisions;
  readonly sealer: Sealer;
  readonly names: HostNames;
  /** Knows the stamps of small documents; absent where nothing is to be sent. */
  readonly renderer?: Pick<Renderer, "stamp">;
  /** Whether Offhook may send there: an IP address. */
  allows(address: string): boolean;
  /** Asks the phone's PBX where it registered; absent where nobody is to be asked. */
  registered?(device: StoredDocument<Device>): Promise<Registration | undefined>;
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

/**
 * What is to be sent: an action of the family's, or an XML document that the phone executes. Phones that take an address
 * in its place have another type of content for it.
 */
export type Errand = { readonly action: PushAction } | { readonly execute: string; readonly contentType?: string };

/** Everything that a transport is told of a phone; `look`: to ask its web server for a picture of its screen. */
export async function aim(
  parts: TargetParts,
  document: StoredDocument<Device>,
  errand: Errand | "look",
): Promise<PushedPhone> {
  const { organization, body } = document;
  const [desk, presence, desired] = await Promise.all([
    parts.desks.read(parts.store, document),
    parts.presence.of(organization, body.mac),
    parts.revisions.of(organization, body.mac),
  ]);
  const place = await destinationOf(parts, desk, presence);
  const held = presence.served && (await parts.revisions.snapshot(organization, body.mac, presence.served.n));
  const { signalling = signallingOf(desk, held), ...destination } = "address" in place ? place : {};
  const password = text(desk, "phone.adminPassword");
  const [first] = desk.lines;
  const line: PushLine | undefined = first && {
    user: first.userId,
    authUser: first.authId,
    domain: String(first.settings.get("sip.server")?.value ?? ""),
  };
  const words = await wordsOf(desk, errand, (other) => stampsFor(parts, { desk, presence, desired }, other));
  const target: PushTarget = {
    organization,
    mac: body.mac,
    family: desk.family.id,
    ...(presence.userAgent !== undefined && { userAgent: presence.userAgent }),
    ...("address" in destination && { destination }),
    signalling,
    ...(line && { line }),
    ...(await onlyFrom(parts, desk)),
    secrets: secretsOf(parts, desk, held),
    webServer: webServerOf(desk),
    web: password === undefined ? [] : [{ user: "admin", password }],
    ...words,
    ...(await callIdFor(parts, document, words)),
  };
  return { document, desk, presence, desired, target, ...("nowhere" in place && { nowhere: place.nowhere }) };
}

/** The PBX is asked only for a notice that names the registration. */
async function callIdFor(
  { registered }: TargetParts,
  document: StoredDocument<Device>,
  { notice }: Pick<PushTarget, "notice">,
): Promise<Pick<PushTarget, "callId">> {
  const { callId } = (notice?.body?.includes("{callId}") && (await registered?.(document))) || {};
  return callId === undefined ? {} : { callId };
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

/** As the phone has been told; what it can't be told does not count. */
function webServerOf({ plan, settings }: Desk): NonNullable<PushTarget["webServer"]> {
  const told = (name: string) => (plan.carried.has(name) ? settings.get(name)?.value : undefined);
  const port = told("access.webPort");
  const isSecure = told("access.webProtocol") === "https";
  return { scheme: isSecure ? "https" : "http", ...(typeof port === "number" && { port }) };
}

/** Of the first line: as the phone was told when it came last, since it listens so until it comes again. */
function signallingOf({ lines: [first] }: Desk, held: Snapshot | undefined): Signalling {
  const own = held?.lines[0]?.settings["sip.transport"];
  const told = own ?? held?.way?.settings["sip.transport"]?.value;
  const value = told ?? first?.settings.get("sip.transport")?.value;
  // A phone that chooses by itself listens over UDP in any case.
  return value === "tcp" || value === "tls" ? value : "udp";
}

/** Of the first line: what the phone has completed a fetch of, then what it shall have. */
function secretsOf(
  { sealer }: TargetParts,
  { lines: [first], organization }: Desk,
  held: Snapshot | undefined,
): readonly string[] {
  const [line] = held?.lines ?? [];
  const former = line && openLineSecret(sealer, { organization, kind: "line", id: line.id }, line.secret);
  return [...new Set([former, first?.secret].filter((each) => each !== undefined))];
}

function text({ settings }: Desk, name: string): string | undefined {
  const value = settings.get(name)?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}
