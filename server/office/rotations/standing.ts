import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, StoreReader } from "../../domain/ports.ts";
import type { DeviceStanding, RotatedDevice, RotationTarget } from "../../domain/rotation.ts";
import { type NotPushed, type PushFacts, syncOf } from "../../domain/sync.ts";
import type { Presence, PresenceFacts } from "../../journal/presence.ts";
import { pushKind } from "../push/records.ts";
import type { Revision } from "../revisions/revisions.ts";

export interface StandingParts {
  readonly store: StoreReader;
  readonly presence: Pick<Presence, "of" | "all">;
  readonly clock: Clock;
}

/** What is known of phones, of one or of all. */
interface Knowledge {
  readonly device: Device | undefined;
  readonly presence: PresenceFacts;
  readonly desired: Revision | undefined;
  readonly push: PushFacts | NotPushed | undefined;
}

const revisionKind = "revision";

/** Where the phones of one line stand. */
export async function standingsOf(parts: StandingParts, organization: string, target: RotationTarget) {
  const { presence, store } = parts;
  const standings: DeviceStanding[] = [];
  for (const rotated of target.devices ?? []) {
    const { mac: id } = rotated;
    const [device, facts, desired, push] = await Promise.all([
      store.get<Device>({ organization, kind: "device", id }),
      presence.of(organization, id),
      store.get<Revision>({ organization, kind: revisionKind, id }),
      store.get<PushFacts | NotPushed>({ organization, kind: pushKind, id }),
    ]);
    const known = { device: device?.body, presence: facts, desired: desired?.body, push: push?.body };
    standings.push(standing(target.line, rotated, known, parts.clock()));
  }
  return standings;
}

/** The same for many lines: all phones of the organization are read once. */
export async function readStandings({ clock, presence, store }: StandingParts, organization: string) {
  const [devices, facts, revisions, pushes] = await Promise.all([
    store.find<Device>({ organization, kind: "device" }),
    presence.all(organization),
    store.find<Revision>({ organization, kind: revisionKind }),
    store.find<PushFacts | NotPushed>({ organization, kind: pushKind }),
  ]);
  const byMac = <Body>(found: readonly { readonly id: string; readonly body: Body }[]) =>
    new Map(found.map(({ id, body }) => [id, body]));
  const known = { devices: byMac(devices), revisions: byMac(revisions), pushes: byMac(pushes) };
  const now = clock();
  return ({ line, devices: rotated = [] }: RotationTarget): readonly DeviceStanding[] =>
    rotated.map((each) => {
      const device = known.devices.get(each.mac);
      const presenceOf = facts.get(each.mac) ?? {};
      const about = { device, desired: known.revisions.get(each.mac), push: known.pushes.get(each.mac) };
      return standing(line, each, { ...about, presence: presenceOf }, now);
    });
}

/** Nobody waits for this phone any more. */
export function isSettled({ state }: DeviceStanding): boolean {
  return state === "up-to-date" || state === "skipped";
}

function standing(line: string, { mac, revision }: RotatedDevice, known: Knowledge, now: number): DeviceStanding {
  const { desired, device, presence, push } = known;
  const why = whyNot(device, line);
  if (why !== undefined) return { mac, state: "skipped", reason: why };
  const { lastSeen, served } = presence;
  // A later change may be on its way: the new secret came with this revision.
  if (served !== undefined && served.n >= revision) return { mac, state: "up-to-date" };
  const facts = { ...(served && { served }), ...(desired && { desired }), ...(push && { push }) };
  const { reason, state } = syncOf({ seen: lastSeen !== undefined, ...facts, now });
  return { mac, state, ...(reason !== undefined && { reason }) };
}

function whyNot(device: Device | undefined, line: string): string | undefined {
  if (!device) return "it was removed";
  if (!device.lines.includes(line)) return "it does not have the line any more";
  return device.state === "ready" ? undefined : unready[device.state];
}

const unready = {
  staged: "it is staged: it gets the secret with its first file of its own",
  disabled: "it is switched off: it gets the secret when it is switched on",
  retired: "it is retired",
} as const;

/** Phones that have any of these lines, by line. */
export function holdersOf(devices: readonly { readonly body: Device }[]): ReadonlyMap<string, readonly Mac[]> {
  const holders = new Map<string, Mac[]>();
  for (const { body } of devices)
    for (const line of new Set(body.lines)) {
      const macs = holders.get(line) ?? [];
      holders.set(line, macs);
      macs.push(body.mac);
    }
  return holders;
}
