import type { Device } from "../../domain/device.ts";
import type { Clock, StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { PushLine, PushTransport, Registration } from "../../domain/push.ts";
import type { Presence } from "../../journal/presence.ts";
import { BoundedMap } from "../../lib/bounded-map.ts";
import type { Desks } from "../desk/desk.ts";
import type { PbxConnections } from "./pbx-connections.ts";

/** What PBXs know of phones. */
export interface Registrations {
  /** Of its first line; a few seconds old at most. Undefined where no connection can tell, or none did in time. */
  of(device: StoredDocument<Device>): Promise<Registration | undefined>;
}

interface Parts {
  readonly store: StoreReader;
  readonly desks: Desks;
  readonly transports: readonly PushTransport[];
  readonly connections: Pick<PbxConnections, "of">;
  readonly presence: Pick<Presence, "of">;
  readonly clock: Clock;
  readonly times?: { readonly patienceMs: number; readonly freshMs: number };
}

const usualTimes = { patienceMs: 3000, freshMs: 4000 };
const mostKept = 1000;

export function createRegistrations(parts: Parts): Registrations {
  const { clock, times = usualTimes } = parts;
  const kept = new BoundedMap<string, { at: number; found: Promise<Registration | undefined> | undefined }>(mostKept);
  return {
    of(device) {
      const entry = kept.getOrMake(`${device.organization}/${device.id}`, () => ({ at: 0, found: undefined }));
      if (entry.found && clock() - entry.at < times.freshMs) return entry.found;
      const found = ask(parts, device, times.patienceMs).catch(() => undefined);
      Object.assign(entry, { at: clock(), found });
      return found;
    },
  };
}

/** The first connection that can tell. */
async function ask(
  { connections, desks, presence, store, transports }: Parts,
  device: StoredDocument<Device>,
  patienceMs: number,
): Promise<Registration | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  let line: PushLine | undefined;
  for (const { pbx } of transports) {
    const connection = pbx && (await connections.of(device, pbx.kind));
    if (!connection) continue;
    line ??= await lineOf(desks, store, device);
    if (!line) return undefined;
    const found = await pbx.registration(connection, line, signal).catch(() => undefined);
    if (found && (await isOf(presence, device, found))) return found;
  }
  return undefined;
}

/**
 * A line may have other phones: another's registration proves nothing. What names this phone's MAC is its own, and what
 * names none where it registered from the address that this phone asks from.
 */
async function isOf(
  presence: Pick<Presence, "of">,
  { body: { mac }, organization }: StoredDocument<Device>,
  { contact = "", state, userAgent = "" }: Registration,
): Promise<boolean> {
  if (state === "unregistered") return true;
  const named = userAgent
    .replace(/[:-]/g, "")
    .toLowerCase()
    .match(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g);
  if (named) return named.includes(mac);
  const { address } = await presence.of(organization, mac);
  return address !== undefined && contact.includes(address);
}

async function lineOf(desks: Desks, store: StoreReader, device: StoredDocument<Device>): Promise<PushLine | undefined> {
  const [first] = (await desks.read(store, device)).lines;
  if (!first) return undefined;
  return {
    user: first.userId,
    authUser: first.authId,
    domain: String(first.settings.get("sip.server")?.value ?? ""),
  };
}
