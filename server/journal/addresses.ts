import type { Store } from "../domain/ports.ts";
import type { PresenceFacts } from "./presence.ts";

/** Counting reads what is known of every device; a campaign asks for each of its phones. */
const countedForMs = 3000;

interface Noted {
  readonly organization: string;
  readonly mac: string;
  readonly facts: PresenceFacts;
}

/** How many devices were last seen at each address, over all organizations; an answer holds for some seconds. */
export function createAddressCount(store: Store, kind: string, noted: () => Iterable<Noted>) {
  let counted: { readonly at: number; readonly counts: Promise<ReadonlyMap<string, number>> } | undefined;

  async function count(): Promise<ReadonlyMap<string, number>> {
    const stored = await store.find<PresenceFacts>({ kind });
    const last = new Map(stored.map(({ organization, id, body }) => [`${organization}/${id}`, body.address]));
    for (const { organization, mac, facts } of noted())
      if (facts.address !== undefined) last.set(`${organization}/${mac}`, facts.address);
    const counts = new Map<string, number>();
    for (const address of last.values()) if (address !== undefined) counts.set(address, (counts.get(address) ?? 0) + 1);
    return counts;
  }

  return (): Promise<ReadonlyMap<string, number>> => {
    if (counted === undefined || performance.now() - counted.at > countedForMs)
      counted = { at: performance.now(), counts: count() };
    return counted.counts;
  };
}
