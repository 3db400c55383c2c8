import { open } from "node:fs/promises";
import { Failure } from "../domain/failures.ts";

/** What went wrong while something was written to the shelf, as the product's own failure. */
export function shelfFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  if (isFull) return new Failure("STORE_FULL", "there is no room on the shelf", { cause: thrown });
  return new Failure("SHELF_UNAVAILABLE", "the shelf can't be written", { cause: thrown });
}

/** Makes what was renamed in a folder last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
