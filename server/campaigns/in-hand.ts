import { type Campaign, campaignKind, isAwaited, type Target } from "../domain/campaign.ts";
import type { Mac } from "../domain/mac.ts";
import type { DocumentKey, Store, StoredDocument, StoreReader } from "../domain/ports.ts";
import { skipped } from "./outcome.ts";
import { targetsOf } from "./targets.ts";

/** Whom campaigns of an organization are to tell yet, or wait for. */
export async function macsInHand(store: Store, organization: string): Promise<ReadonlySet<Mac>> {
  const macs = new Set<Mac>();
  for (const { body, id } of await readUnfinished(store, organization))
    for await (const { body: target } of targetsOf(store, { organization, id }))
      if (isInHand(target, body)) macs.add(target.mac);
  return macs;
}

/** Skips those that are in the hand of one of these campaigns, and gives them. */
export async function skipTaken(
  store: Store,
  key: DocumentKey,
  campaigns: readonly StoredDocument<Campaign>[],
  targets: Map<Mac, Target>,
): Promise<readonly Target[]> {
  const taken: Target[] = [];
  for (const { body, id } of campaigns) {
    if (id === key.id) continue;
    for await (const { body: target } of targetsOf(store, { ...key, id })) {
      const mine = targets.get(target.mac);
      if (mine?.state !== "pending" || !isInHand(target, body)) continue;
      const left = skipped(mine, `campaign ${id} has it in hand`);
      targets.set(target.mac, left);
      taken.push(left);
    }
  }
  return taken;
}

/** One that was cancelled or has stopped tells nobody any more, and only waits for those that it told. */
function isInHand(target: Target, { state }: Pick<Campaign, "state">): boolean {
  if (state === "cancelled" || state === "stopped") return isAwaited(target);
  return target.state === "pending" || target.state === "sent" || target.nextAt !== undefined;
}

/** Those that are seen and not over. */
export async function readUnfinished(
  reader: StoreReader,
  organization: string,
): Promise<readonly StoredDocument<Campaign>[]> {
  const all = await reader.find<Campaign>({ organization, kind: campaignKind });
  return all.filter(({ body }) => body.endedAt === undefined && !body.isPreparing);
}
