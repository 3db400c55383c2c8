import { addressesOf } from "../../domain/contact.ts";
import type { Device } from "../../domain/device.ts";
import { plainAddress } from "../../domain/network.ts";
import type { Clock, StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { OpenPbxConnection, PbxSide, PushLine, PushTransport, Registration } from "../../domain/push.ts";
import type { Presence } from "../../journal/presence.ts";
import { BoundedMap } from "../../lib/bounded-map.ts";
import type { Desks } from "../desk/desk.ts";
import { linesOf } from "./lines.ts";
import type { PbxConnections } from "./pbx-connections.ts";

/** What PBXs know of phones. */
export interface Registrations {
  /** Of its first line; a few seconds old at most. Undefined where no connection can tell, or none did in time. */
  of(device: StoredDocument<Device>): Promise<Registration | undefined>;
  /**
   * The same for whom others wait behind: a connection that just failed is not asked, until one who asks after a few
   * seconds finds it back.
   */
  soon(device: StoredDocument<Device>): Promise<Registration | undefined>;
  /**
   * As `of`, with `since` when this node has seen it as it is, and never otherwise when it looked: no proof, since no PBX
   * tells when a registration began (the last change that Kamailio tells is the last refresh).
   */
  seen(device: StoredDocument<Device>): Promise<Registration | undefined>;
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

type Found = Promise<Registration | undefined>;
type AskOne = (pbx: PbxSide, connection: OpenPbxConnection, line: PushLine, signal: AbortSignal) => Found;

const usualTimes = { patienceMs: 3000, freshMs: 4000 };
const mostKept = 1000;
const mostSeen = 20_000;
const awayMs = 10_000;

export function createRegistrations(parts: Parts): Registrations {
  const { clock, times = usualTimes } = parts;
  const kept = new BoundedMap<string, { at: number; found: Found | undefined }>(mostKept);
  const seen = new BoundedMap<string, { how: string; since: string }>(mostSeen);
  const askUnlessAway = createPatience(clock);
  const look = (device: StoredDocument<Device>, how: "of" | "soon"): Found => {
    const entry = kept.getOrMake(`${how} ${device.organization}/${device.id}`, () => ({ at: 0, found: undefined }));
    if (entry.found && clock() - entry.at < times.freshMs) return entry.found;
    const found = ask(parts, device, times.patienceMs, how === "of" ? askOne : askUnlessAway)
      .then((now) => now && note(device, now))
      .catch(() => undefined);
    Object.assign(entry, { at: clock(), found });
    return found;
  };
  const seenAs = ({ organization, id }: StoredDocument<Device>) =>
    seen.getOrMake(`${organization}/${id}`, () => ({ how: "", since: "" }));
  /** Of one boot a phone's registrations have one Call-ID (RFC 3261 section 10.2): another one is another registration. */
  function note(device: StoredDocument<Device>, now: Registration): Registration {
    const entry = seenAs(device);
    const how = [now.state, now.callId ?? now.contact ?? ""].join(" ");
    if (entry.how !== how) Object.assign(entry, { how, since: new Date(clock()).toISOString() });
    return now;
  }
  return {
    of: (device) => look(device, "of"),
    soon: (device) => look(device, "soon"),
    async seen(device) {
      const found = await look(device, "of");
      return found && { since: seenAs(device).since, ...found };
    },
  };
}

/** The first connection that can tell. */
async function ask(
  { connections, desks, presence, store, transports }: Parts,
  device: StoredDocument<Device>,
  patienceMs: number,
  one: AskOne,
): Found {
  const signal = AbortSignal.timeout(patienceMs);
  let line: PushLine | undefined;
  for (const { pbx } of transports) {
    const connection = pbx && (await connections.of(device, pbx.kind));
    if (!connection) continue;
    line ??= (await linesOf(desks, store, device))[0];
    if (!line) return undefined;
    const found = await one(pbx, connection, line, signal).catch(() => undefined);
    if (found && (await isOf(presence, device, found))) return found;
  }
  return undefined;
}

const askOne: AskOne = (pbx, connection, line, signal) => pbx.registration(connection, line, signal);

/** Of a PBX that is away, one at a time finds out whether it is back. */
function createPatience(clock: Clock): AskOne {
  const away = new BoundedMap<string, { until: number }>(mostKept);
  return async (pbx, connection, line, signal) => {
    const { organization, id, version } = connection;
    const entry = away.getOrMake(`${organization}/${id}/${version}`, () => ({ until: 0 }));
    if (clock() < entry.until) return undefined;
    if (entry.until > 0) entry.until = clock() + awayMs;
    try {
      const found = await askOne(pbx, connection, line, signal);
      entry.until = 0;
      return found;
    } catch {
      entry.until = clock() + awayMs;
      return undefined;
    }
  };
}

/**
 * A line may have other phones: another's registration proves nothing. What names this phone's MAC is its own, and what
 * names none where it registered from the address that this phone asks from.
 */
async function isOf(
  presence: Pick<Presence, "of">,
  { body: { mac }, organization }: StoredDocument<Device>,
  registration: Registration,
): Promise<boolean> {
  const { state, userAgent = "" } = registration;
  if (state === "unregistered") return true;
  const named = userAgent
    .replace(/[:-]/g, "")
    .toLowerCase()
    .match(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g);
  if (named) return named.includes(mac);
  const { address } = await presence.of(organization, mac);
  return address !== undefined && addressesOf(registration).includes(plainAddress(address));
}
