import { isIP } from "node:net";
import { placeOf, type RegisteredPlace } from "../../domain/contact.ts";
import { plainAddress } from "../../domain/network.ts";
import type { PushTarget, Signalling } from "../../domain/push.ts";
import type { PresenceFacts } from "../../journal/presence.ts";
import type { Desk } from "../desk/desk.ts";
import type { TargetParts } from "./target.ts";

type Parts = Pick<TargetParts, "allows" | "names" | "presence" | "registered">;

/** `signalling` only where it goes with the port. */
type Destination = NonNullable<PushTarget["destination"]> & { readonly signalling?: Signalling };
type Place = Destination | { readonly nowhere: string };

/** What people say of the phone, else where it registered at its PBX, else where it asked from last. */
export async function destinationOf(parts: Parts, desk: Desk, { address: last }: PresenceFacts): Promise<Place> {
  const given = setting(desk, "push.address");
  if (typeof given === "string" && given !== "") return await placeGiven(parts, desk, given);
  const registered = await placeRegistered(parts, desk, last);
  if (registered && "address" in registered) return registered;
  const place = await placeSeen(parts, desk, last);
  return registered && "nowhere" in place ? { nowhere: `${registered.nowhere}; ${place.nowhere}` } : place;
}

async function placeGiven(parts: Parts, desk: Desk, given: string): Promise<Place> {
  const address = await resolved(parts, given);
  if (address === undefined) return { nowhere: `the name ${given} has no address` };
  return parts.allows(address) ? { address, port: portOf(desk) } : forbidden(address);
}

/** An address that several devices ask from is nobody's. */
async function placeSeen(parts: Parts, desk: Desk, last: string | undefined): Promise<Place> {
  if (last === undefined) return { nowhere: "it never asked for a file" };
  if (!parts.allows(last)) return forbidden(last);
  const sharers = (await parts.presence.addresses()).get(last) ?? 0;
  if (sharers > 1) return { nowhere: `${sharers} devices ask from ${last}, so that is not the phone's own address` };
  return { address: last, port: portOf(desk) };
}

/** Undefined where no PBX can tell, or nothing that is of use. */
async function placeRegistered(parts: Parts, desk: Desk, last: string | undefined): Promise<Place | undefined> {
  const registration = await parts.registered?.(desk.device);
  const found = registration && placeOf(registration);
  // Whoever registers writes the contact: a name in it would have us ask for any.
  if (!found || isIP(found.host) === 0) return undefined;
  const address = plainAddress(found.host);
  if (!parts.allows(address)) {
    return { nowhere: `it registered from ${address}, which is not in a network that Offhook may send to` };
  }
  const all = (await parts.presence.addresses()).get(address) ?? 0;
  const isShared = all > (address === last ? 1 : 0);
  // A router's port leads to this phone alone; where that is not known, so is nothing.
  if (isShared && found.port === undefined) return undefined;
  // A PBX only repeats what a phone said, and a web server is given a password: it has to be where the file was fetched.
  const isOnlySaid = isShared || address !== last;
  return { address, ...portAt(desk, found), ...(isOnlySaid && { forSipOnly: true as const }) };
}

/** What people say of the port goes first. How it is spoken to goes with the port of the contact. */
function portAt(desk: Desk, { port, signalling }: RegisteredPlace): Pick<Destination, "port" | "signalling"> {
  const isGiven = typeof setting(desk, "push.port") === "number";
  return isGiven || port === undefined ? { port: portOf(desk) } : { port, ...(signalling && { signalling }) };
}

function portOf(desk: Desk): number {
  const ports = [setting(desk, "push.port"), setting(desk, "sip.localPort")];
  return ports.find((each) => typeof each === "number") ?? 5060;
}

function forbidden(address: string): Place {
  return { nowhere: `${address} is not in a network that Offhook may send to` };
}

export async function resolved({ names }: Pick<TargetParts, "names">, host: string): Promise<string | undefined> {
  return isIP(host) ? plainAddress(host) : await names.addressOf(host);
}

function setting({ settings, lines }: Desk, name: string): unknown {
  return lines[0]?.settings.get(name)?.value ?? settings.get(name)?.value;
}
