import { chmod, mkdir, stat } from "node:fs/promises";
import { folderMode } from "./embedded-files.ts";
import type { StoreLog } from "./store-log.ts";

/** What people configure is the owner's only, whatever the folder's mode was. */
export async function makeFolder(folder: string, log: StoreLog): Promise<void> {
  await mkdir(folder, { recursive: true, mode: folderMode });
  const { mode } = await stat(folder);
  if ((mode & 0o777) !== folderMode) {
    await chmod(folder, folderMode).catch((err) => {
      log.warn({ event: "store-folder-mode", folder, err }, "other users of this machine may read the data folder");
    });
  }
}
