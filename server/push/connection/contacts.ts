import { isIP } from "node:net";
import type { PushTarget } from "../../domain/push.ts";

/** Where one phone registered from, as a PBX tells it. */
export interface Contact {
  readonly uri: string;
  /** IP addresses that it is known by: of its contact and of where its REGISTER came from. */
  readonly addresses: readonly string[];
  readonly userAgent?: string;
  readonly callId?: string;
}

export interface ChosenContacts {
  /** The contact that is this phone; absent where that can't be told. */
  readonly ours?: Contact;
  /** All others that a message to the whole line reaches. */
  readonly others: readonly Contact[];
  /** Every contact is known to be another phone. */
  readonly isElsewhere: boolean;
}

/**
 * Which of a line's contacts is this phone: the one whose user agent names its MAC (no other phone can), else the one
 * at its address, else the only one that is not known to be another phone.
 */
export function chooseContact(contacts: readonly Contact[], target: PushTarget): ChosenContacts {
  const possible = contacts.filter((contact) => !namesAnother(contact, target.mac));
  const byMac = possible.filter(({ userAgent }) => macsIn(userAgent).includes(target.mac));
  const near = byMac.length > 0 ? byMac : possible;
  const byAddress = near.filter(({ addresses }) => addresses.includes(target.destination?.address ?? ""));
  const ours = only(byAddress) ?? only(near);
  return {
    ...(ours && { ours }),
    others: contacts.filter((contact) => contact !== ours),
    isElsewhere: possible.length === 0,
  };
}

/** Why none of these may be told: a PBX sends where a contact leads it, also to a place that we may not send to ourselves. */
export function forbiddenContact(
  contacts: readonly Contact[],
  allows: (address: string) => boolean,
): string | undefined {
  const found = contacts.find(({ uri }) => !allows(addressIn(uri) ?? ""));
  return found && `registered at the PBX is ${found.uri}, where Offhook may not send to`;
}

/** For admins: where a contact is and what it is. */
export function describeContact({ uri, userAgent }: Contact): string {
  return userAgent ? `${uri} (${userAgent})` : uri;
}

/** The host of a SIP URI (RFC 3261 section 19.1.1) or of an `address:port`, when it is an IP address. */
export function addressIn(text: string | undefined): string | undefined {
  const host = /^(?:<?sips?:)?(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;>?]+))/i.exec(text?.trim() ?? "");
  const address = host?.[1] ?? host?.[2] ?? "";
  return isIP(address) === 0 ? undefined : address;
}

function only<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function namesAnother({ userAgent }: Contact, mac: string): boolean {
  const named = macsIn(userAgent);
  return named.length > 0 && !named.includes(mac);
}

function macsIn(text = ""): string[] {
  const found = text.slice(0, 500).match(/(?<![0-9a-f])[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}(?![0-9a-f])/gi) ?? [];
  return found.map((mac) => mac.replace(/[:-]/g, "").toLowerCase());
}
