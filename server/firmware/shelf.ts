import { resolve } from "node:path";
import { listShelfFiles, namesInLoads, type ShelfFile } from "./shelf-files.ts";

export type { ShelfFile } from "./shelf-files.ts";

/** Files that phones may have as they are: loads, rings, languages, pictures. */
export interface Shelf {
  readonly root: string;
  /** By path below the shelf; a name without a folder is found in any. Case does not count. */
  find(name: string): ShelfFile | undefined;
  readonly files: readonly ShelfFile[];
  /** Grows whenever something on the shelf is not as it was. */
  readonly generation: number;
  /** Names, without the ending, of the files that have this ending (`.loads`). */
  loads(ending: string): readonly string[];
  /** The files of a load that are there: the one with the ending, and what it names. */
  parts(load: string, ending: string): readonly ShelfFile[];
  /** What a load lacks; empty when it can be served whole. */
  missing(load: string, ending: string): readonly string[];
  /** Reads the folder again: files come and go while Offhook runs. True when something is not as it was. */
  refresh(): Promise<boolean>;
}

export async function createShelf(folder: string): Promise<Shelf> {
  const root = resolve(folder);
  let byPath = new Map<string, ShelfFile>();
  let byName = new Map<string, ShelfFile>();
  let named = new Map<string, Named>();
  let generation = 0;
  let reading: Promise<unknown> = Promise.resolve();

  async function read(): Promise<boolean> {
    const before = JSON.stringify([...byPath.values()]);
    const files = await listShelfFiles(root);
    const names = await namesOf(files, named);
    byPath = new Map(files.map((file) => [file.name.toLowerCase(), file]));
    byName = new Map(files.map((file) => [baseName(file.name.toLowerCase()), file]));
    named = names;
    const isChanged = before !== JSON.stringify(files);
    if (isChanged) generation++;
    return isChanged;
  }

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
    loads: (ending) =>
      [...byName].flatMap(([name, file]) =>
        name.endsWith(ending) ? [baseName(file.name).slice(0, -ending.length)] : [],
      ),
    parts(load, ending) {
      const file = `${load}${ending}`.toLowerCase();
      const names = [file, ...(named.get(file)?.names ?? [])];
      const found = names.flatMap((name) => byName.get(name.toLowerCase()) ?? []);
      return [...new Set(found)];
    },
    missing(load, ending) {
      const file = `${load}${ending}`;
      if (!byName.has(file.toLowerCase())) return [file];
      const parts = named.get(file.toLowerCase())?.names;
      // A `.loads` that names nothing is no load: it is empty, or still being copied.
      if (parts?.length === 0) return [`the files that ${file} should name`];
      return (parts ?? []).filter((part) => !byName.has(part.toLowerCase()));
    },
    refresh() {
      // One after another: what was listed earlier must not replace what was listed later.
      const done = reading.then(read);
      reading = done.catch(() => undefined);
      return done;
    },
  };
  await shelf.refresh();
  return shelf;
}

/** What a `.loads` names, as long as the file is the same. */
interface Named {
  readonly file: ShelfFile;
  readonly names: readonly string[];
}

/** By the small name of the list, without its folder. A list that was read `before` is not read again. */
async function namesOf(files: readonly ShelfFile[], before: ReadonlyMap<string, Named>): Promise<Map<string, Named>> {
  const loads = new Map<string, ShelfFile>();
  for (const file of files) if (/\.loads$/i.test(file.name)) loads.set(baseName(file.name.toLowerCase()), file);
  const read = [...loads].map(async ([name, file]) => {
    const known = before.get(name);
    const names = known && isUnchanged(known.file, file) ? known.names : await namesInLoads(file);
    return [name, { file, names }] as const;
  });
  return new Map(await Promise.all(read));
}

function isUnchanged(before: ShelfFile, now: ShelfFile): boolean {
  return before.path === now.path && before.size === now.size && before.modified === now.modified;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
