import { Failure } from "../../domain/failures.ts";
import type { Store, StoreTransaction } from "../../domain/ports.ts";
import { createWitness, type Witness } from "./witness.ts";

/** A change of many documents: a long check and a short write. */
export interface CheckedWork<Checked, Written> {
  /** Fails when anything is refused; is asked anew when something changed meanwhile. */
  check(witness: Witness): Promise<Checked>;
  write(transaction: StoreTransaction, checked: Checked): Promise<Written>;
}

/** After so many checks that others' changes outran, the next one is made with the others waiting. */
const mostOutrun = 3;

/**
 * The checks take long and hold nobody up; then one short transaction proves that everything they read is still there,
 * and writes all of it or nothing.
 */
export async function checkThenWrite<Checked, Written>(
  store: Store,
  { check, write }: CheckedWork<Checked, Written>,
): Promise<{ readonly checked: Checked; readonly written: Written }> {
  for (let outrun = 0; outrun < mostOutrun; outrun++) {
    const witness = createWitness(store);
    const checked = await check(witness);
    const done = await store
      .transaction(async (transaction) =>
        (await witness.holdsIn(transaction)) ? { checked, written: await write(transaction, checked) } : undefined,
      )
      .catch(unlessOutrun);
    if (done) return done;
  }
  return await store.transaction(async (transaction) => {
    const checked = await check(createWitness(transaction));
    return { checked, written: await write(transaction, checked) };
  });
}

/** A name that was free when it was checked, or a version that was there, went to somebody else. */
function unlessOutrun(error: unknown): undefined {
  if (error instanceof Failure && (error.code === "CONFLICT" || error.code === "STALE")) return undefined;
  throw error;
}
