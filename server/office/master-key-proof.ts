import type { DocumentKey, Store } from "../domain/ports.ts";
import type { Sealer } from "../security/sealer.ts";

const key: DocumentKey = { organization: "offhook", kind: "master-key", id: "proof" };
const place = "offhook/master-key/proof";

export interface Proof {
  readonly sealed: string;
}

/**
 * A text sealed at the first start opens at every later one, or the key is another: then nothing else would open, and
 * the start ends here with what to do.
 */
export async function provesMasterKey(store: Store, sealer: Sealer): Promise<void> {
  const known = await store.get<Proof>(key);
  if (!known) {
    await store.transaction((transaction) => transaction.put(key, { sealed: sealer.seal("proof", place) }));
    return;
  }
  checkMasterKeyProof(known.body, sealer);
}

/** Whether a document is the proof. */
export function isMasterKeyProof({ organization, kind, id }: DocumentKey): boolean {
  return organization === key.organization && kind === key.kind && id === key.id;
}

/** Throws, saying what to do, when the proof was sealed with another key. */
export function checkMasterKeyProof({ sealed }: Proof, sealer: Sealer): void {
  try {
    sealer.open(sealed, place);
  } catch (error) {
    const cure = "give the former OFFHOOK_MASTER_KEY or put the former master.key back";
    throw new Error(`the master key is not the one that this data was sealed with; ${cure}`, { cause: error });
  }
}
