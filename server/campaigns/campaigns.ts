import { type Campaign, type CampaignState, campaignKey, campaignKind, type Target } from "../domain/campaign.ts";
import { Failure } from "../domain/failures.ts";
import type { Mac } from "../domain/mac.ts";
import type { DocumentKey, StoredDocument } from "../domain/ports.ts";
import type { Presence } from "../journal/presence.ts";
import { macsInHand } from "./in-hand.ts";
import { Run, type RunParts } from "./run.ts";
import { type CampaignRequest, type StartedCampaign, type StartParts, writeCampaign } from "./start.ts";
import { dropCampaign, targetPage } from "./targets.ts";

/** Pushes to many phones, each with its result. Those under way go on by themselves after a restart. */
export interface Campaigns {
  /** Fails with INVALID naming the field; nothing was started then. */
  start(organization: string, request: CampaignRequest, by: string): Promise<StartedCampaign>;
  /** Whom those that are not over are to tell yet, or wait for: another campaign skips them. */
  inHand(organization: string): Promise<ReadonlySet<Mac>>;
  /** Newest first. */
  list(organization: string): Promise<readonly StoredDocument<Campaign>[]>;
  /** Fails with NOT_FOUND. */
  read(organization: string, id: string): Promise<StoredDocument<Campaign>>;
  /** Its phones in the order of their MACs. */
  targets(organization: string, id: string, page: TargetPage): Promise<readonly Target[]>;
  /** Fails with CONFLICT where the campaign is over; what it is already, it stays. */
  control(organization: string, id: string, order: CampaignOrder, by: string): Promise<StoredDocument<Campaign>>;
  /** Takes up those that nobody runs, now and from time to time. */
  begin(): void;
  close(): Promise<void>;
}

export interface TargetPage {
  readonly after?: string;
  readonly limit: number;
  readonly state?: Target["state"];
}

export type CampaignOrder = "pause" | "resume" | "cancel";

export interface CampaignParts extends Omit<RunParts, "presence">, Omit<StartParts, "store" | "clock" | "node"> {
  readonly presence: Pick<Presence, "of" | "all" | "watchServed">;
  /** No other process can work on this store: what is there is this one's. */
  readonly isSole: boolean;
}

export function createCampaigns(parts: CampaignParts): Campaigns {
  const { log, store, times } = parts;
  const runs = new Map<string, Run>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function run(campaign: StoredDocument<Campaign>): void {
    if (isClosed || runs.has(campaign.id) || campaign.body.endedAt !== undefined) return;
    const { organization, kind, id } = campaign;
    const made = new Run(parts, { organization, kind, id }, campaign.body);
    runs.set(id, made);
    void made.run().finally(() => runs.delete(id));
  }

  async function takeUp(): Promise<void> {
    for (const each of await store.find<Campaign>({ kind: campaignKind })) {
      if (isClosed || runs.has(each.id) || !isFree(parts, each.body)) continue;
      if (each.body.isPreparing) await dropCampaign(store, each);
      else await claim(parts, each).then((claimed) => claimed && run(claimed));
    }
  }

  const look = () => void takeUp().catch((error) => log.warn({ err: error }, "campaigns could not be taken up yet"));
  const unwatch = [
    parts.presence.watchServed((organization, mac, served) => {
      for (const each of runs.values()) each.served(organization, mac, served);
    }),
    store.watch((changes) => {
      for (const { kind, id, body } of changes)
        if (kind === campaignKind && body !== undefined) runs.get(id)?.seen(body as Campaign);
    }),
  ];

  return {
    async start(organization, request, by) {
      const written = await writeCampaign(parts, organization, request, by, times.leaseMs);
      run(written);
      void tidy(parts, organization).catch((error) => log.warn({ err: error }, "old campaigns could not be removed"));
      return written;
    },
    inHand: (organization) => macsInHand(store, organization),
    async list(organization) {
      const all = await store.find<Campaign>({ organization, kind: campaignKind });
      return all.filter(({ body }) => !body.isPreparing).reverse();
    },
    read: (organization, id) => read(parts, campaignKey(organization, id)),
    targets: (organization, id, page) => readTargets(parts, campaignKey(organization, id), page),
    control: (organization, id, order, by) => control(parts, campaignKey(organization, id), order, by),
    begin() {
      look();
      timer ??= setInterval(look, times.leaseMs / 2);
      timer.unref();
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      for (const end of unwatch) end();
      await Promise.all([...runs.values()].map((each) => each.close()));
    },
  };
}

function isFree({ clock, isSole, node }: CampaignParts, { endedAt, lease }: Campaign): boolean {
  if (endedAt !== undefined) return false;
  return lease === undefined || lease.until <= clock() || (isSole && lease.node !== node);
}

/** Undefined when another node was faster. */
async function claim(parts: CampaignParts, { organization, kind, id }: DocumentKey) {
  const key = { organization, kind, id };
  const lease = { node: parts.node, until: parts.clock() + parts.times.leaseMs };
  return await parts.store.transaction(async (transaction) => {
    const now = await transaction.get<Campaign>(key);
    return now && isFree(parts, now.body) ? await transaction.put<Campaign>(key, { ...now.body, lease }) : undefined;
  });
}

async function read({ store }: CampaignParts, key: DocumentKey): Promise<StoredDocument<Campaign>> {
  const found = await store.get<Campaign>(key);
  if (!found || found.body.isPreparing) throw new Failure("NOT_FOUND", `there is no campaign "${key.id}"`);
  return found;
}

/** As many are looked through at once for those of a state. */
const lookedThrough = 500;

async function readTargets(
  { store }: CampaignParts,
  key: DocumentKey,
  { limit, state, ...page }: TargetPage,
): Promise<readonly Target[]> {
  const found: Target[] = [];
  let { after } = page;
  for (;;) {
    const size = state === undefined ? limit : lookedThrough;
    const batch = await targetPage(store, key, { limit: size, ...(after !== undefined && { after }) });
    found.push(...batch.map(({ body }) => body).filter((each) => state === undefined || each.state === state));
    after = batch.at(-1)?.body.mac;
    if (found.length >= limit || batch.length < size) return found.slice(0, limit);
  }
}

const states: Readonly<Record<CampaignOrder, CampaignState>> = {
  pause: "paused",
  resume: "running",
  cancel: "cancelled",
};

async function control({ clock, store }: CampaignParts, key: DocumentKey, order: CampaignOrder, by: string) {
  return await store.transaction(async (transaction) => {
    const found = await transaction.get<Campaign>(key);
    if (!found || found.body.isPreparing) throw new Failure("NOT_FOUND", `there is no campaign "${key.id}"`);
    const { reason: _reason, ...campaign } = found.body;
    const { state } = campaign;
    const isNow = state === states[order] || (order === "resume" && state === "waiting");
    if (isNow) return found;
    if (state === "done" || state === "stopped" || state === "cancelled")
      throw new Failure("CONFLICT", `the campaign is ${state}`);
    const { organization, kind, id } = key;
    const at = new Date(clock()).toISOString();
    transaction.audit({ at, organization, actor: by, action: `campaign.${order}`, kind, id });
    return await transaction.put<Campaign>(key, { ...campaign, state: states[order] });
  });
}

const mostKept = { campaigns: 100, targets: 40_000 };

/** Of those that are over only the last are kept. */
async function tidy({ store }: CampaignParts, organization: string): Promise<void> {
  const all = await store.find<Campaign>({ organization, kind: campaignKind });
  const over = all.filter(({ body }) => body.endedAt !== undefined).reverse();
  let targets = 0;
  for (const [at, campaign] of over.entries()) {
    targets += campaign.body.total;
    if (at >= mostKept.campaigns || targets > mostKept.targets) await dropCampaign(store, campaign);
  }
}
