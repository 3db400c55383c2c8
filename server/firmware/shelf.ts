import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Failure } from "../domain/failures.ts";
import { confine } from "../lib/confine.ts";

export interface ShelfFile {
  /** Path below the shelf, forward slashes. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** Files that phones may have as they are: loads, rings, languages, pictures. */
export interface Shelf {
  readonly root: string;
  /** By path below the shelf; a name without a folder is found in any. Case does not count. */
  find(name: string): ShelfFile | undefined;
  readonly files: readonly ShelfFile[];
  /** Grows whenever something on the shelf is not as it was. */
  readonly generation: number;
  /** What a load lacks; empty when it can be served whole. */
  missing(load: string, ending: string): readonly string[];
  /** Reads the folder again: files come and go while Offhook runs. True when something is not as it was. */
  refresh(): Promise<boolean>;
}

export async function createShelf(folder: string): Promise<Shelf> {
  const root = resolve(folder);
  let byPath = new Map<string, ShelfFile>();
  let byName = new Map<string, ShelfFile>();
  let named = new Map<string, readonly string[]>();
  let generation = 0;

  const shelf: Shelf = {
    root,
    // A name with a folder means that folder: one language must not stand in for another.
    find: (name) => byPath.get(name.toLowerCase()) ?? byName.get(name.toLowerCase()),
    get files() {
      return [...byPath.values()];
    },
    get generation() {
      return generation;
    },
    missing(load, ending) {
      const file = `${load}${ending}`;
      if (!byName.has(file.toLowerCase())) return [file];
      const parts = named.get(file.toLowerCase());
      // A `.loads` that names nothing is no load: it is empty, or still being copied.
      if (parts?.length === 0) return [`the files that ${file} should name`];
      return (parts ?? []).filter((part) => !byName.has(part.toLowerCase()));
    },
    async refresh() {
      const before = JSON.stringify([...byPath.values()]);
      const files = await list(root);
      byPath = new Map(files.map((file) => [file.name.toLowerCase(), file]));
      byName = new Map(files.map((file) => [baseName(file.name.toLowerCase()), file]));
      const loads = files.filter((file) => /\.loads$/i.test(file.name));
      named = new Map(
        await Promise.all(loads.map(async (file) => [baseName(file.name.toLowerCase()), await partsOf(file)] as const)),
      );
      const isChanged = before !== JSON.stringify([...byPath.values()]);
      if (isChanged) generation++;
      return isChanged;
    },
  };
  await shelf.refresh();
  return shelf;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** Every plain file below the root; what begins with a dot, or links out of it, is not on the shelf. */
async function list(root: string): Promise<ShelfFile[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [] as Dirent[];
      throw new Failure("SHELF_UNAVAILABLE", `${root} can't be read`, { cause: error });
    },
  );
  const home = entries.length === 0 ? root : await realpath(root);
  const files = await Promise.all(
    entries.filter((entry) => !entry.isDirectory()).map((entry) => describe(home, entry)),
  );
  return files.filter((file) => file !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function describe(home: string, entry: Dirent): Promise<ShelfFile | undefined> {
  const folder = await realpath(entry.parentPath);
  const name = relative(home, join(folder, entry.name)).replaceAll("\\", "/");
  if (name === "README.md" || name.split("/").some((step) => step.startsWith("."))) return undefined;
  const path = await realpath(join(folder, entry.name)).catch(() => undefined);
  if (path === undefined || confine(home, relative(home, path)) === undefined) return undefined;
  const found = await stat(path);
  return found.isFile() ? { name, path, size: found.size } : undefined;
}

const largestLoads = 64 * 1024;

/** The files that a `.loads` names: its text holds their names between binary fields (cisco.md B.1, item 8). */
async function partsOf({ path }: ShelfFile): Promise<readonly string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largestLoads), 0, largestLoads, 0);
    const text = buffer.toString("latin1", 0, bytesRead);
    const names = text.match(
      /[A-Za-z0-9][A-Za-z0-9._()-]*\.(?:zz\.sgn|bin1\.sgn|bin2\.sgn|sbn|sgn|sb2|bin|pkg|rootfs\d*\.sbn)/gi,
    );
    return [...new Set(names ?? [])];
  } finally {
    await file.close();
  }
}
