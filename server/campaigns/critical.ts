import type { Device } from "../domain/device.ts";
import type { FieldError } from "../domain/failures.ts";
import type { Mac } from "../domain/mac.ts";
import type { StoredDocument } from "../domain/ports.ts";
import type { PushAction } from "../domain/push.ts";
import type { Presence } from "../journal/presence.ts";
import { inSlices } from "../lib/slices.ts";
import type { Revisions } from "../office/revisions/revisions.ts";
import { isReachingAnew, notAsked, type ProofParts } from "./proof.ts";

interface CriticalParts {
  readonly proof: ProofParts;
  readonly presence: Pick<Presence, "all">;
  readonly revisions: Pick<Revisions, "of">;
  readonly log: { warn(fields: object, message: string): void };
}

interface CriticalRequest {
  readonly action?: PushAction;
  readonly critical?: boolean;
  readonly canary?: { readonly count: number };
  readonly leavesUnproven?: boolean;
}

export interface Critical {
  readonly isCritical: boolean;
  /** Who is told first: each answered without its PBX, and the PBX tells whether it is registered. */
  readonly canary: readonly Mac[];
  readonly errors: readonly FieldError[];
  /** Everyone who could be lost, where too few can prove it and these are to be left out. */
  readonly unproven: readonly Mac[];
}

const harmless: Critical = { isCritical: false, canary: [], errors: [], unproven: [] };
/** So many more than the canary needs are looked at; who can't be told is passed over. */
const mostPassedOver = 20;
/** As many are asked at the same time. */
const mostAtOnce = 50;

/**
 * Whether a campaign changes how phones reach their PBX: then a mistake would lose them all, so a canary has to prove that
 * they find it again, and what proves it must be there before the first of them is told.
 */
export async function judgeCritical(
  parts: CriticalParts,
  organization: string,
  devices: readonly StoredDocument<Device>[],
  { action = "resync", canary, critical, leavesUnproven }: CriticalRequest,
): Promise<Critical> {
  if (critical === false || action === "report") return harmless;
  const ready = devices.filter(({ body }) => body.state === "ready");
  const wanted = canary?.count ?? 1;
  const most = wanted + mostPassedOver;
  const changed = critical ? ready.slice(0, most) : await reachingAnew(parts, organization, ready, most);
  if (changed.length === 0) return { ...harmless, isCritical: critical === true };
  const count = Math.min(wanted, changed.length);
  const { found, reasons } = await gather(parts, changed, count, action);
  if (found.length >= count) return { isCritical: true, canary: found, errors: [], unproven: [] };
  const asked = found.length + reasons.length;
  const lack = `${found.length} of ${asked} that were asked can prove that they find it, and ${count} have to`;
  const detail = `this changes how phones reach their PBX (server, transport, account, secret or VLAN): ${lack} (${reasons[0]}); a connection to the PBX that tells (POST /pbx-connections) is the proof, and \`critical: false\` goes without`;
  const all = leavesUnproven ? await reachingAnew(parts, organization, ready, Number.POSITIVE_INFINITY) : [];
  const unproven = all.map(({ body }) => body.mac);
  return { isCritical: true, canary: [], errors: [{ pointer: "/critical", code: "unproven", detail }], unproven };
}

/** So many that can prove it, as far as there are; those needed are asked at once, and where some fail, all others are. */
async function gather(
  parts: CriticalParts,
  devices: readonly StoredDocument<Device>[],
  count: number,
  action: PushAction,
): Promise<{ readonly found: readonly Mac[]; readonly reasons: readonly string[] }> {
  const found: Mac[] = [];
  const reasons: string[] = [];
  for (let at = 0; found.length < count && reasons.length <= devices.length - count; ) {
    const size = reasons.length === 0 ? Math.min(count - found.length, mostAtOnce) : mostAtOnce;
    const asked = devices.slice(at, at + size);
    const objections = await Promise.all(asked.map((device) => whyNot(parts, device, action)));
    for (const [place, { body, id }] of asked.entries()) {
      const objection = objections[place];
      if (objection === undefined) found.push(body.mac);
      else reasons.push(`${id}: ${objection}`);
    }
    at += size;
  }
  return { found: found.slice(0, count), reasons };
}

async function whyNot(
  { log, proof }: CriticalParts,
  device: StoredDocument<Device>,
  action: PushAction,
): Promise<string | undefined> {
  try {
    const objection = await proof.noDirectAnswer(device, action);
    if (objection !== undefined) return objection;
    return (await proof.registration(device))
      ? undefined
      : "no connection to a PBX can tell whether it is registered (POST /pbx-connections/{id}/test says why)";
  } catch (error) {
    log.warn({ err: error, mac: device.body.mac }, "a phone could not be asked whether it can be of a canary");
    return notAsked;
  }
}

/**
 * At most so many that have a file which leads them to their PBX in another way than the one that they are to have. One
 * that can't be worked out holds up nobody else: it is left out, and can't be told at its turn either.
 */
async function reachingAnew(
  { log, presence, proof, revisions }: CriticalParts,
  organization: string,
  devices: readonly StoredDocument<Device>[],
  most: number,
): Promise<readonly StoredDocument<Device>[]> {
  const seen = await presence.all(organization);
  const found: StoredDocument<Device>[] = [];
  const failed: { readonly mac: Mac; readonly err: unknown }[] = [];
  const needed = function* () {
    for (const device of devices) if (found.length < most) yield device;
  };
  await inSlices(needed(), async (device) => {
    const { served } = seen.get(device.body.mac) ?? {};
    if (served?.reach === undefined) return;
    const desired = await revisions.of(organization, device.body.mac);
    if (desired?.digest === served.digest) return;
    const isAnew = await isReachingAnew(proof, device, served).catch((err: unknown) => {
      failed.push({ mac: device.body.mac, err });
      return false;
    });
    if (isAnew) found.push(device);
  });
  const [first] = failed;
  if (first) log.warn({ ...first, failed: failed.length }, "how phones find their PBX could not be worked out");
  return found;
}
