import type { Campaign, LayersPutBack, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey } from "../domain/ports.ts";
import type { LostCanary, LostPhone, NoteOfLayers } from "../office/revisions/way-back.ts";
import { insist } from "./insist.ts";
import { LeaseLost } from "./ledger.ts";
import type { StepParts } from "./steps.ts";

export interface PutBackParts extends Pick<StepParts, "log" | "proof" | "push" | "store" | "times"> {
  readonly node: string;
}

export interface PutBackPlace {
  readonly key: DocumentKey;
  readonly signal: AbortSignal;
  readonly campaign: Campaign;
  /** Why the campaign stopped. */
  readonly why: string;
}

/**
 * Gives the phones of a canary back what they had: what layers said, then what is a phone's own, then the word to come
 * for it. What became of each, in words. Rejects only where another is to go on with it: at the end of this process, or
 * of its lease.
 */
export async function putBack(
  parts: PutBackParts,
  place: PutBackPlace,
  canary: readonly Target[],
): Promise<readonly string[]> {
  const layers = await putBackLayers(parts, place, canary);
  const own = canary.map(async (each) => `${each.mac} ${await giveBack(parts, place, each)}`);
  return [...layers, ...(await Promise.all(own))];
}

/** Written once; where it breaks after that, what it leads to is made good. */
async function putBackLayers(
  parts: PutBackParts,
  place: PutBackPlace,
  targets: readonly Target[],
): Promise<readonly string[]> {
  const { campaign, key } = place;
  const phones = targets.flatMap((each) => lostPhone(each) ?? []);
  const canary = { phones, macs: new Set(targets.map(({ mac }) => mac)) };
  const written = await insist(parts, place, () => writeLayers(parts, place, canary));
  if ("refused" in written) return [`what layers say was not put back: ${written.refused}`];
  const { layers, said } = written.done;
  const renewed = await insist(parts, place, () => parts.proof.renew(key, layers, canary, campaign.by));
  return "done" in renewed ? said : [...said, `phones have no new revisions for it: ${renewed.refused}`];
}

async function writeLayers(
  { node, proof, store }: PutBackParts,
  { campaign: { by }, key, why }: PutBackPlace,
  canary: LostCanary,
): Promise<LayersPutBack> {
  const note: NoteOfLayers = async (transaction, done) => {
    const found = await transaction.get<Campaign>(key);
    if (found?.body.lease?.node !== node) throw new LeaseLost(`campaign ${key.id}`);
    await transaction.put<Campaign>(key, { ...found.body, putBack: { ...done, why } });
  };
  const known = (await store.get<Campaign>(key))?.body.putBack;
  return known ?? (await proof.putBackLayers(key.organization, canary, by, note));
}

function lostPhone({ before, mac, revision }: Target): LostPhone | undefined {
  if (before?.n === undefined || revision === undefined) return undefined;
  return { mac, before: before.n, given: revision };
}

async function giveBack(parts: PutBackParts, place: PutBackPlace, target: Target): Promise<string> {
  const phone = lostPhone(target);
  if (!phone) return notPutBack("what it had is not known");
  const { campaign, key } = place;
  const putBackOwn = () => parts.proof.putBack(key.organization, phone, campaign.by);
  const own = await insist(parts, place, putBackOwn);
  if ("refused" in own) return notPutBack(own.refused);
  const { has, objection } = own.done;
  if (objection !== undefined) return notPutBack(objection);
  const told = await insist(parts, place, () => tell(parts, place, target));
  const why = "done" in told ? told.done : told.refused;
  return why === undefined ? `${has}, and told` : `${has}, and could not be told: ${why}`;
}

/** Why it was not told; undefined where it was. */
async function tell(
  { push, store, times }: PutBackParts,
  { campaign, key, signal }: PutBackPlace,
  { mac }: Target,
): Promise<string | undefined> {
  const device = await store.get<Device>({ organization: key.organization, kind: "device", id: mac });
  const within = AbortSignal.any([signal, AbortSignal.timeout(times.patienceMs)]);
  if (!device) return "it was removed";
  const told = await push.tell({ device, errand: { action: "resync" }, by: campaign.by, signal: within });
  return told.push.result === "sent" ? undefined : told.push.reason;
}

function notPutBack(why: string): string {
  return `was not put back: ${why}`;
}
