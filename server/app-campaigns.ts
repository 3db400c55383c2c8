import type { Logger } from "pino";
import { ulid } from "ulid";
import { createCampaigns } from "./campaigns/campaigns.ts";
import type { CampaignTimes } from "./campaigns/ledger.ts";
import type { ProofParts, PutBack } from "./campaigns/proof.ts";
import type { StartParts } from "./campaigns/start.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Config } from "./config.ts";
import type { Device } from "./domain/device.ts";
import { Failure } from "./domain/failures.ts";
import type { Clock, Store, StoredDocument } from "./domain/ports.ts";
import type { PushTransport } from "./domain/push.ts";
import type { Presence } from "./journal/presence.ts";
import type { HostNames } from "./lib/host-names.ts";
import { selectDevices } from "./office/bulk/selection.ts";
import { createWitness } from "./office/bulk/witness.ts";
import type { Desks } from "./office/desk/desk.ts";
import type { Edit } from "./office/editing.ts";
import type { Reports } from "./office/phones/reports.ts";
import type { Calls } from "./office/push/calls.ts";
import { noDirectAnswer } from "./office/push/direct-way.ts";
import type { PushRecords } from "./office/push/records.ts";
import type { Registrations } from "./office/push/registration.ts";
import { aim, type Errand } from "./office/push/target.ts";
import type { RevisionReverts } from "./office/revisions/revert.ts";
import type { Revisions } from "./office/revisions/revisions.ts";
import type { LostPhone, WaysBack } from "./office/revisions/way-back.ts";
import { type Push, type PushParts, usualTimeToCome } from "./push.ts";
import type { Sealer } from "./security/sealer.ts";

export interface CampaignPlace extends Pick<PushParts, "timeToCome"> {
  readonly config: Config;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly presence: Presence;
  readonly revisions: Revisions;
  readonly records: PushRecords;
  readonly push: Push;
  readonly transports: readonly PushTransport[];
  readonly names: HostNames;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  readonly times?: Partial<CampaignTimes>;
  readonly desks: Desks;
  readonly sealer: Sealer;
  readonly registrations: Registrations;
  readonly calls: Calls;
  readonly reports: Reports;
  readonly revisionReverts: RevisionReverts;
  readonly waysBack: WaysBack;
  allows(address: string): boolean;
}

const usualTimes: CampaignTimes = {
  tickMs: 50,
  leaseMs: 15_000,
  summaryMs: 500,
  troubleMs: 1000,
  patienceMs: 45_000,
  backoffMs: 30_000,
  registrationMs: 120_000,
  askMs: 5000,
  callMs: 60_000,
  mostCallMs: 4 * 60 * 60_000,
  reachMs: 5000,
};
const most = { campaigns: 20, targets: 20_000 };

/** Pushes to many phones; nothing goes on until `begin`. */
export function openCampaigns({ config, timeToCome = usualTimeToCome, transports, ...parts }: CampaignPlace) {
  const times = { ...usualTimes, ...parts.times };
  return createCampaigns({
    ...parts,
    timeToCome,
    most,
    node: ulid(),
    isSole: config.databaseUrl === undefined,
    times,
    transports: transports.map(({ name }) => name),
    select: selectIn(parts),
    proof: proofIn({ ...parts, transports }, times),
  });
}

function proofIn(parts: Omit<CampaignPlace, "config" | "times">, { reachMs }: CampaignTimes): ProofParts {
  const { desks, registrations, store, transports, waysBack } = parts;
  // Without `registered`: where a phone is must be known without its PBX, which may be the one to be lost.
  const aimAt = (device: StoredDocument<Device>, errand: Errand) => aim(parts, device, errand);
  const asking = { transports, patienceMs: reachMs, aim: aimAt };
  return {
    reach: async (device) => (await desks.read(store, device)).reach,
    noDirectAnswer: (device, action) => noDirectAnswer(asking, device, action),
    registration: (device) => registrations.of(device),
    putBackLayers: (organization, canary, actor, note) => waysBack.putBack({ organization, actor }, canary, note),
    renew: ({ id, organization }, layers, canary, actor) => waysBack.renew({ organization, actor }, id, layers, canary),
    putBack: (organization, phone, actor) => putBackOwn(parts, { organization, actor }, phone),
  };
}

/** Where its own documents make all the difference, or the difference in how it finds its PBX. */
async function putBackOwn(
  { revisionReverts, revisions }: Pick<CampaignPlace, "revisionReverts" | "revisions">,
  edit: Edit,
  { before, given, mac }: LostPhone,
): Promise<PutBack> {
  const { exact, isFound } = await revisionReverts.revert(edit, mac, before, { dryRun: true });
  const wayOf = async (n: number) => (await revisions.snapshot(edit.organization, mac, n))?.way?.digest;
  const wasLost = (await wayOf(before)) !== (await wayOf(given));
  if (!exact && !(wasLost && isFound.after))
    return { objection: "what changed is not its own, and has to be put back where it was changed" };
  if (exact || !isFound.before) await revisionReverts.revert(edit, mac, before, { dryRun: false });
  return { has: exact ? `was put back to revision ${before}` : `finds its PBX as at revision ${before} again` };
}

function selectIn({ catalogue, store }: Pick<CampaignPlace, "catalogue" | "store">): StartParts["select"] {
  return async (organization, { all: _all, devices, ...selection }) => {
    const asked = { ...selection, ...(devices && { macs: devices }) };
    return await selectDevices(createWitness(store), catalogue, organization, asked).catch(namedDevices);
  };
}

/** There the list is called `macs`. */
function namedDevices(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  const errors = error.errors.map(({ pointer, ...rest }) => {
    return { ...rest, pointer: pointer.replace(/^\/select\/macs/, "/select/devices") };
  });
  throw new Failure(error.code, error.message.replace("select/macs", "select/devices"), { cause: error, errors });
}
