import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolderOf } from "./embedded-files.ts";

/** In the data folder, while what was restored takes the place of what was there. */
export const restoredFolder = "restored";

/**
 * Moves the files of a restore to their places; nothing where there is none. They are whole: the folder got its name when
 * all were on the disk. Every store's snapshot, log and audit is among them, so none of the former data stays, and a move
 * that is cut off goes on at the next start. For who holds the lock.
 */
export async function finishRestore(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, restoredFolder);
  const names = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") {
      return undefined;
    }
    throw thrown;
  });
  if (names === undefined) {
    return;
  }
  for (const name of names) {
    await rename(join(folder, name), join(dataFolder, name));
  }
  await syncFolderOf(folder);
  await rm(folder, { recursive: true });
}
