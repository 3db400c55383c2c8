import { setImmediate } from "node:timers/promises";
import { type Target, targetKind } from "../domain/campaign.ts";
import type { DocumentKey, Store, StoredDocument, StoreReader } from "../domain/ports.ts";

const pageSize = 200;
/** As many in one commit: few enough not to be in the way of others. */
const batchSize = 100;

/** Targets of a campaign in the order of their MACs, after one of them, at most `limit`. */
export async function targetPage(
  reader: StoreReader,
  { organization, id }: Pick<DocumentKey, "organization" | "id">,
  { after = "", limit }: { readonly after?: string; readonly limit: number },
): Promise<readonly StoredDocument<Target>[]> {
  const start = { organization, id: `${id}.${after}` };
  const found = await reader.find<Target>({ organization, kind: targetKind, after: start, limit });
  return found.filter((each) => each.id.startsWith(`${id}.`));
}

/** All targets of a campaign, in pages between which others have their turn. */
export async function* targetsOf(
  reader: StoreReader,
  campaign: Pick<DocumentKey, "organization" | "id">,
): AsyncGenerator<StoredDocument<Target>> {
  let after: string | undefined;
  for (;;) {
    const page = await targetPage(reader, campaign, { limit: pageSize, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.body.mac;
    if (page.length < pageSize) return;
    await setImmediate();
  }
}

/** Removes a campaign with its targets; the campaign last, so that what is left of a broken removal is found again. */
export async function dropCampaign(store: Store, campaign: DocumentKey): Promise<void> {
  for (;;) {
    const batch = await targetPage(store, campaign, { limit: batchSize });
    if (batch.length === 0) break;
    await store.transaction(async (transaction) => {
      for (const { organization, kind, id } of batch) await transaction.delete({ organization, kind, id });
    });
  }
  await store.transaction((transaction) => transaction.delete(campaign));
}

export function* inBatches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += batchSize) yield items.slice(at, at + batchSize);
}
