import type { Logger } from "pino";
import { ulid } from "ulid";
import { createCampaigns } from "./campaigns/campaigns.ts";
import type { CampaignTimes } from "./campaigns/ledger.ts";
import type { ProofParts } from "./campaigns/proof.ts";
import type { StartParts } from "./campaigns/start.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Config } from "./config.ts";
import { Failure } from "./domain/failures.ts";
import type { Clock, Store } from "./domain/ports.ts";
import type { PushTransport } from "./domain/push.ts";
import type { Presence } from "./journal/presence.ts";
import type { HostNames } from "./lib/host-names.ts";
import { selectDevices } from "./office/bulk/selection.ts";
import { createWitness } from "./office/bulk/witness.ts";
import type { Desks } from "./office/desk/desk.ts";
import { noDirectWay } from "./office/push/direct-way.ts";
import type { PushRecords } from "./office/push/records.ts";
import type { Registrations } from "./office/push/registration.ts";
import { aim } from "./office/push/target.ts";
import type { RevisionReverts } from "./office/revisions/revert.ts";
import type { Revisions } from "./office/revisions/revisions.ts";
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
  readonly revisionReverts: RevisionReverts;
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
};
const most = { campaigns: 20, targets: 20_000 };

/** Pushes to many phones; nothing goes on until `begin`. */
export function openCampaigns({ config, times, timeToCome = usualTimeToCome, transports, ...parts }: CampaignPlace) {
  return createCampaigns({
    ...parts,
    timeToCome,
    most,
    node: ulid(),
    isSole: config.databaseUrl === undefined,
    times: { ...usualTimes, ...times },
    transports: transports.map(({ name }) => name),
    select: selectIn(parts),
    proof: proofIn({ ...parts, transports }),
  });
}

function proofIn(parts: Omit<CampaignPlace, "config" | "times">): ProofParts {
  const { desks, registrations, revisionReverts, store, transports } = parts;
  return {
    reach: async (device) => (await desks.read(store, device)).reach,
    noDirectWay: (device, action) =>
      noDirectWay({ transports, aim: (each, errand) => aim(parts, each, errand) }, device, action),
    registration: (device) => registrations.of(device),
    async putBack(organization, mac, n, actor) {
      const edit = { organization, actor };
      const { exact } = await revisionReverts.revert(edit, mac, n, { dryRun: true });
      if (!exact) return "what changed is not its own, and has to be put back where it was changed";
      await revisionReverts.revert(edit, mac, n, { dryRun: false });
      return undefined;
    },
  };
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
