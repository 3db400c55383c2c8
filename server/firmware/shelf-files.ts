import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { Failure } from "../domain/failures.ts";
import { confine } from "../lib/confine.ts";

export interface ShelfFile {
  /** Path below the shelf, forward slashes. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * Every plain file below the root; what begins with a dot, or links out of it, is not on the shelf. Files come and go
 * while this reads: what is gone again is not there.
 */
export async function listShelfFiles(root: string): Promise<ShelfFile[]> {
  const home = await realpath(root).catch((error: unknown) => unreadable(root, error, undefined));
  if (home === undefined) return [];
  const found = await walk(home, home);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function walk(home: string, folder: string): Promise<ShelfFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(folder, error, [] as Dirent[]),
  );
  const shown = entries.filter(({ name }) => !name.startsWith("."));
  const found = await Promise.all(
    shown.map(async (entry) =>
      entry.isDirectory() ? await walk(home, join(folder, entry.name)) : await describe(home, join(folder, entry.name)),
    ),
  );
  return found.flat();
}

async function describe(home: string, at: string): Promise<ShelfFile[]> {
  const name = relative(home, at).replaceAll("\\", "/");
  const path = await realpath(at).catch(() => undefined);
  if (name === "README.md" || path === undefined || confine(home, relative(home, path)) === undefined) return [];
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? [{ name, path, size: found.size, modified: found.mtimeMs }] : [];
}

/** What stands for a folder that is not there; any other trouble is ours. */
function unreadable<Instead>(folder: string, error: unknown, instead: Instead): Instead {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return instead;
  throw new Failure("SHELF_UNAVAILABLE", `${folder} can't be read`, { cause: error });
}

const largestLoads = 64 * 1024;

/** What stands between two binary fields and may hold a name. */
const run = /[A-Za-z0-9._()-]+/g;
/** Looked for in so much of a run: a list that is one long run must not keep everybody waiting. */
const longestName = 100;
const partName = /[A-Za-z0-9].*\.(?:zz\.sgn|bin1\.sgn|bin2\.sgn|sbn|sgn|sb2|bin|pkg|rootfs\d*\.sbn)/i;

/** The files that a `.loads` names: its text holds their names between binary fields (cisco.md B.1, item 8). */
export async function namesInLoads({ path }: ShelfFile): Promise<readonly string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largestLoads), 0, largestLoads, 0);
    const runs = buffer.toString("latin1", 0, bytesRead).match(run) ?? [];
    return [...new Set(runs.flatMap((each) => partName.exec(each.slice(0, longestName)) ?? []))];
  } finally {
    await file.close();
  }
}
