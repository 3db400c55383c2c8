import type { Campaign, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey } from "../domain/ports.ts";
import type { LostPhone } from "../office/revisions/way-back.ts";
import type { StepParts } from "./steps.ts";

type PutBackParts = Pick<StepParts, "proof" | "push" | "store" | "times">;

interface PutBackPlace {
  readonly key: DocumentKey;
  readonly signal: AbortSignal;
  readonly campaign: Campaign;
}

/**
 * Gives the phones of a canary back what they had: what layers said, then what is a phone's own, then the word to come
 * for it. What became of each, in words. Does not reject.
 */
export async function putBack(
  parts: PutBackParts,
  place: PutBackPlace,
  canary: readonly Target[],
): Promise<readonly string[]> {
  const { campaign, key } = place;
  const phones = canary.flatMap((each) => lostPhone(each) ?? []);
  const layers = await parts.proof
    .putBackLayers(key, phones, campaign.by)
    .catch((error: Error) => [`what layers say was not put back: ${error.message}`]);
  const own = canary.map(async (each) => {
    const became = await tellOfIt(parts, place, each).catch((error: Error) => notPutBack(error.message));
    return `${each.mac} ${became}`;
  });
  return [...layers, ...(await Promise.all(own))];
}

function lostPhone({ before, mac, revision }: Target): LostPhone | undefined {
  if (before?.n === undefined || revision === undefined) return undefined;
  return { mac, before: before.n, given: revision };
}

async function tellOfIt(
  { proof, push, store, times }: PutBackParts,
  { campaign: { by }, key, signal }: PutBackPlace,
  target: Target,
): Promise<string> {
  const { organization } = key;
  const phone = lostPhone(target);
  if (!phone) return notPutBack("what it had is not known");
  const { has, objection } = await proof.putBack(organization, phone, by);
  const device = await store.get<Device>({ organization, kind: "device", id: target.mac });
  if (objection !== undefined || !device) return notPutBack(objection ?? "it was removed");
  const within = AbortSignal.any([signal, AbortSignal.timeout(times.patienceMs)]);
  await push.tell({ device, errand: { action: "resync" }, by, signal: within });
  return `${has}, and told`;
}

function notPutBack(why: string): string {
  return `was not put back: ${why}`;
}
