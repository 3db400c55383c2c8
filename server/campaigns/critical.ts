import type { Device } from "../domain/device.ts";
import type { FieldError } from "../domain/failures.ts";
import type { Mac } from "../domain/mac.ts";
import type { StoredDocument } from "../domain/ports.ts";
import type { PushAction } from "../domain/push.ts";
import type { Presence } from "../journal/presence.ts";
import { inSlices } from "../lib/slices.ts";
import type { Revisions } from "../office/revisions/revisions.ts";
import type { ProofParts } from "./proof.ts";

interface CriticalParts {
  readonly proof: ProofParts;
  readonly presence: Pick<Presence, "all">;
  readonly revisions: Pick<Revisions, "of">;
}

interface CriticalRequest {
  readonly action?: PushAction;
  readonly critical?: boolean;
  readonly canary?: { readonly count: number };
}

export interface Critical {
  readonly isCritical: boolean;
  /** Who is told first: each answered without its PBX, and the PBX tells whether it is registered. */
  readonly canary: readonly Mac[];
  readonly errors: readonly FieldError[];
}

const harmless: Critical = { isCritical: false, canary: [], errors: [] };
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
  { action = "resync", canary, critical }: CriticalRequest,
): Promise<Critical> {
  if (critical === false || action === "report") return harmless;
  const ready = devices.filter(({ body }) => body.state === "ready");
  const wanted = canary?.count ?? 1;
  const most = wanted + mostPassedOver;
  const changed = critical ? ready.slice(0, most) : await reachingAnew(parts, organization, ready, most);
  if (changed.length === 0) return harmless;
  const count = Math.min(wanted, changed.length);
  const { found, reasons } = await gather(parts.proof, changed, count, action);
  if (found.length >= count) return { isCritical: true, canary: found, errors: [] };
  const asked = found.length + reasons.length;
  const lack = `${found.length} of ${asked} that were asked can prove that they find it, and ${count} have to`;
  const detail = `this changes how phones reach their PBX: ${lack} (${reasons[0]}); \`critical: false\` goes without proof`;
  return { isCritical: true, canary: [], errors: [{ pointer: "/critical", code: "unproven", detail }] };
}

/** So many that can prove it, as far as there are; those needed are asked at once, and where some fail, all others are. */
async function gather(
  proof: ProofParts,
  devices: readonly StoredDocument<Device>[],
  count: number,
  action: PushAction,
): Promise<{ readonly found: readonly Mac[]; readonly reasons: readonly string[] }> {
  const found: Mac[] = [];
  const reasons: string[] = [];
  for (let at = 0; found.length < count && reasons.length <= devices.length - count; ) {
    const size = reasons.length === 0 ? Math.min(count - found.length, mostAtOnce) : mostAtOnce;
    const asked = devices.slice(at, at + size);
    const objections = await Promise.all(asked.map((device) => whyNot(proof, device, action)));
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
  { noDirectAnswer, registration }: ProofParts,
  device: StoredDocument<Device>,
  action: PushAction,
): Promise<string | undefined> {
  const objection = await noDirectAnswer(device, action);
  if (objection !== undefined) return objection;
  return (await registration(device)) ? undefined : "no connection to a PBX can tell whether it is registered";
}

/** At most so many that have a file which leads them to their PBX in another way than the one that they are to have. */
async function reachingAnew(
  { presence, proof, revisions }: CriticalParts,
  organization: string,
  devices: readonly StoredDocument<Device>[],
  most: number,
): Promise<readonly StoredDocument<Device>[]> {
  const seen = await presence.all(organization);
  const found: StoredDocument<Device>[] = [];
  const needed = function* () {
    for (const device of devices) if (found.length < most) yield device;
  };
  await inSlices(needed(), async (device) => {
    const { served } = seen.get(device.body.mac) ?? {};
    if (served?.reach === undefined) return;
    const desired = await revisions.of(organization, device.body.mac);
    if (desired?.digest === served.digest) return;
    if ((await proof.reach(device)) !== served.reach) found.push(device);
  });
  return found;
}
