import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../domain/failures.ts";
import type { ShelfFile } from "../../firmware/shelf.ts";
import { type FirmwareSet, listSets, type SetParts } from "./sets.ts";

/**
 * Deletes a set's files, the list first: from then on no phone is told of the load. A file of the same name in another folder
 * goes too, since it would take the place of the one that went. A folder goes with its last file.
 */
export async function removeSet(parts: SetParts, set: FirmwareSet): Promise<void> {
  const own = filesOnlyOf(parts, set);
  try {
    for (const { path } of own) await rm(path, { force: true });
  } catch (error) {
    throw new Failure("SHELF_UNAVAILABLE", "a file on the shelf can't be deleted", { cause: error });
  }
  const folders = own.filter(({ name }) => name.includes("/")).map(({ path }) => dirname(path));
  for (const folder of new Set(folders)) await rmdir(folder).catch(() => undefined);
}

function filesOnlyOf(parts: SetParts, set: FirmwareSet): ShelfFile[] {
  const others = listSets(parts).filter(({ name }) => name.toLowerCase() !== set.name.toLowerCase());
  const shared = new Set(others.flatMap(({ files }) => files.map(baseOf)));
  const own = new Set(set.files.map(baseOf).filter((name) => !shared.has(name)));
  return [...own].flatMap((name) => parts.shelf.files.filter((file) => baseOf(file) === name));
}

function baseOf({ name }: ShelfFile): string {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}
