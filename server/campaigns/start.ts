import { ulid } from "ulid";
import {
  type Campaign,
  type CampaignPlan,
  type CampaignSelection,
  campaignKey,
  countsOf,
  type Target,
  targetKey,
} from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import { Failure, type FieldError } from "../domain/failures.ts";
import type { Mac } from "../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument } from "../domain/ports.ts";
import type { Presence } from "../journal/presence.ts";
import { cronFault, isZone } from "../lib/cron.ts";
import type { Revisions } from "../office/revisions/revisions.ts";
import { judgeCritical } from "./critical.ts";
import { readUnfinished, skipTaken } from "./in-hand.ts";
import { skipped } from "./outcome.ts";
import type { ProofParts } from "./proof.ts";
import { dropCampaign, inBatches } from "./targets.ts";

/** What a campaign is started with; what is absent has a default. */
export interface CampaignRequest extends Partial<Omit<CampaignPlan, "pace" | "canary" | "proves">> {
  /** Absent: found out. False: the canary need not register, whatever changes. True: every phone is asked, and proves it. */
  readonly critical?: boolean;
  /** Where nobody can prove a change that could lose phones, these are skipped, and the others are told. */
  readonly leavesUnproven?: boolean;
  readonly select: CampaignSelection;
  readonly pace?: Partial<CampaignPlan["pace"]>;
  readonly canary?: { readonly count: number; readonly success?: number };
}

export interface StartParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly node: string;
  /** Names of the transports that there are. */
  readonly transports: readonly string[];
  /** The devices that are meant; INVALID where a selector names something that is not there. */
  readonly proof: ProofParts;
  readonly presence: Pick<Presence, "all">;
  readonly revisions: Pick<Revisions, "of">;
  readonly log: { warn(fields: object, message: string): void };
  select(organization: string, selection: CampaignSelection): Promise<readonly StoredDocument<Device>[]>;
  readonly most: { readonly campaigns: number; readonly targets: number };
}

export interface StartedCampaign extends StoredDocument<Campaign> {
  /** Skipped, since another campaign has them in hand. */
  readonly taken: readonly Mac[];
  /** Skipped, since nobody can prove that they find their PBX again. */
  readonly unproven: readonly Mac[];
}

const usualPerSecond = 20;
const usualRetries = 2;
/** A process that prepares a campaign for longer than this has ended. */
const preparingMs = 60_000;

/**
 * Writes a campaign with its targets, in slices, so that others have their turn; it is there from the last of them on.
 * A phone is in one campaign at a time: those that another has in hand are skipped.
 */
export async function writeCampaign(
  parts: StartParts,
  organization: string,
  request: CampaignRequest,
  by: string,
  leaseMs: number,
): Promise<StartedCampaign> {
  refuse(formErrors(parts, request));
  const devices = await parts.select(organization, request.select);
  refuse(devices.length === 0 ? [finding("/select", "nothing", "there is no such device")] : []);
  const key = campaignKey(organization, ulid(parts.clock()));
  const known = await readUnfinished(parts.store, organization);
  refuse(crowdErrors(parts, known, devices.length));
  const targets = new Map(devices.map(({ body }) => [body.mac, newTarget(body)]));
  await skipTaken(parts.store, key, known, targets);
  const free = devices.filter(({ body }) => targets.get(body.mac)?.state === "pending");
  const critical = await judgeCritical(parts, organization, free, request);
  const { canary, unproven } = critical;
  const isAnyoneLeft = unproven.length > 0 && unproven.length < free.length;
  if (!isAnyoneLeft) refuse(critical.errors);
  for (const mac of canary) replace(targets, mac, (each) => ({ ...each, isCanary: true, isToProve: true }));
  for (const mac of unproven) replace(targets, mac, (each) => skipped(each, critical.errors[0]?.detail ?? ""));
  const isCritical = critical.isCritical && !isAnyoneLeft;
  const body = draft(parts, key, isCritical ? { canary: { count: 1 }, ...request } : request, by, isCritical);
  await parts.store.transaction((transaction) => transaction.put(key, body, { expect: 0 }));
  try {
    await writeTargets(parts.store, key, [...targets.values()]);
    const written = await publish(parts, key, targets, known, leaseMs);
    // So far nothing else was a reason to skip one.
    const left = new Set(unproven);
    const taken = [...targets.values()].filter(({ mac, state }) => state === "skipped" && !left.has(mac));
    return { ...written, taken: taken.map(({ mac }) => mac), unproven };
  } catch (error) {
    await dropCampaign(parts.store, key).catch(() => undefined);
    throw error;
  }
}

function replace(targets: Map<Mac, Target>, mac: Mac, change: (target: Target) => Target): void {
  const found = targets.get(mac);
  if (found) targets.set(mac, change(found));
}

/** Makes it seen, unless another one began meanwhile: then who is in both is skipped first. */
async function publish(
  parts: StartParts,
  key: DocumentKey,
  targets: Map<Mac, Target>,
  known: readonly StoredDocument<Campaign>[],
  leaseMs: number,
): Promise<StoredDocument<Campaign>> {
  const { clock, node, store } = parts;
  const seen = new Set(known.map(({ id }) => id));
  for (;;) {
    const done = await store.transaction(async (transaction) => {
      const others = await readUnfinished(transaction, key.organization);
      const unseen = others.filter(({ id }) => !seen.has(id));
      if (unseen.length > 0) return { unseen };
      refuse(crowdErrors(parts, others, targets.size));
      const found = await transaction.get<Campaign>(key);
      if (!found) throw new Failure("CONFLICT", "the campaign was removed while it was written");
      const { isPreparing: _isPreparing, ...campaign } = found.body;
      const counts = countsOf(targets.values());
      const at = new Date(clock()).toISOString();
      const detail = { action: campaign.plan.action, devices: targets.size };
      const { organization, kind, id } = key;
      transaction.audit({ at, organization, actor: campaign.by, action: "campaign.start", kind, id, detail });
      const lease = { node, until: clock() + leaseMs };
      return { written: await transaction.put<Campaign>(key, { ...campaign, total: targets.size, counts, lease }) };
    });
    if (done.written) return done.written;
    const changed = await skipTaken(store, key, done.unseen, targets);
    await writeTargets(store, key, changed);
    for (const { id } of done.unseen) seen.add(id);
  }
}

async function writeTargets(store: Store, key: DocumentKey, targets: readonly Target[]): Promise<void> {
  for (const batch of inBatches(targets))
    await store.transaction(async (transaction) => {
      for (const target of batch) await transaction.put<Target>(targetKey(key, target.mac), target);
    });
}

function newTarget({ mac, model, site }: Pick<Device, "mac" | "model" | "site">): Target {
  return { mac, site, model, state: "pending", attempts: 0 };
}

function draft(
  { clock, node }: StartParts,
  { id }: DocumentKey,
  request: CampaignRequest,
  by: string,
  isCritical: boolean,
): Campaign {
  const {
    action = "resync",
    canary,
    critical,
    duringCalls,
    pace,
    retries = usualRetries,
    select,
    stopAt,
    transport,
    window,
  } = request;
  const { devices, ...others } = select;
  return {
    id,
    by,
    startedAt: new Date(clock()).toISOString(),
    ...(devices === undefined && { select: others }),
    plan: {
      action,
      pace: { perSecond: usualPerSecond, ...pace },
      retries,
      ...(transport !== undefined && { transport }),
      ...(canary && { canary: { success: 1, ...canary } }),
      ...(stopAt !== undefined && { stopAt }),
      ...(window && { window }),
      ...(isCritical ? { critical: true } : critical === false && { critical }),
      ...(isCritical && critical && { proves: "all" as const }),
      ...(duringCalls && { duringCalls }),
    },
    state: "running",
    total: 0,
    counts: countsOf([]),
    isPreparing: true,
    lease: { node, until: clock() + preparingMs },
  };
}

function formErrors({ transports }: StartParts, { select, transport, window }: CampaignRequest): FieldError[] {
  const { devices, site, preset, model, all } = select;
  const named = [devices, site, preset, model, all === true ? true : undefined].filter((each) => each !== undefined);
  const errors: FieldError[] = [];
  if (named.length !== 1)
    errors.push(finding("/select", "whom", "say exactly one of devices, site, preset, model, all"));
  if (transport !== undefined && !transports.includes(transport))
    errors.push(finding("/transport", "not-found", `there is no transport "${transport}"`));
  if (window && !isZone(window.zone))
    errors.push(finding("/window/zone", "time-zone", `there is no time zone "${window.zone}"`));
  const fault = window && cronFault(window);
  if (fault !== undefined) errors.push(finding("/window/cron", "cron", fault));
  return errors;
}

function crowdErrors({ most }: StartParts, known: readonly StoredDocument<Campaign>[], devices: number): FieldError[] {
  const others = known.reduce((sum, { body }) => sum + body.total, 0);
  if (known.length >= most.campaigns)
    return [finding("", "too-many", `${most.campaigns} campaigns are under way already`)];
  if (others + devices <= most.targets) return [];
  return [
    finding("/select", "too-many", `${others} devices are in campaigns, these are ${devices}; at most ${most.targets}`),
  ];
}

function finding(pointer: string, code: string, detail: string): FieldError {
  return { pointer, code, detail };
}

function refuse(errors: readonly FieldError[]): void {
  const [first] = errors;
  if (first) throw new Failure("INVALID", `${first.pointer.slice(1) || "the body"}: ${first.detail}`, { errors });
}
