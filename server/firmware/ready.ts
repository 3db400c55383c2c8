import { mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Failure } from "../domain/failures.ts";
import { confine } from "../lib/confine.ts";
import { digestOf } from "./digests.ts";
import { shelfFailure, syncFolder } from "./file-trouble.ts";
import type { ShelfFile } from "./shelf-files.ts";

export interface NewFile {
  /** Path below the shelf that it will have. */
  readonly name: string;
  /** Where it is now. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Files that are whole and on the disk, beside the shelf, waiting to be put onto it. */
export interface Ready {
  readonly files: readonly NewFile[];
  /** Of these files on the shelf, those in whose place phones would get something else. */
  replaces(shelf: readonly ShelfFile[]): Promise<readonly ShelfFile[]>;
  /** Puts all of them onto the shelf at once, in place of what has their name. */
  place(): Promise<void>;
}

export function readyFile(root: string, file: NewFile): Ready {
  return {
    files: [file],
    replaces: (shelf) => othersOfTheirName(shelf, [file]),
    async place() {
      try {
        const target = await targetOf(root, file.name, "file");
        await rename(file.path, target);
        await syncFolder(dirname(target));
      } catch (error) {
        throw shelfFailure(error);
      }
    },
  };
}

/** `unpacked` are named from the folder on. One rename for all of a zip's files: a phone never sees half of them. */
export function readyFolder(root: string, folder: string, name: string, unpacked: readonly NewFile[]): Ready {
  const files = unpacked.map((file) => ({ ...file, name: `${name}/${file.name}` }));
  return {
    files,
    async replaces(shelf) {
      const own = shelf.filter((file) => file.name.startsWith(`${name}/`));
      return [...own, ...(await othersOfTheirName(shelf, files))];
    },
    async place() {
      const old = beforeOf(folder);
      try {
        const target = await targetOf(root, name, "folder");
        const wasThere = await rename(target, old).then(
          () => true,
          () => false,
        );
        try {
          await rename(folder, target);
        } catch (error) {
          if (wasThere) await rename(old, target);
          throw error;
        }
        await syncFolder(dirname(target));
        await rm(old, { recursive: true, force: true });
      } catch (error) {
        throw shelfFailure(error);
      }
    },
  };
}

const beforeOf = (folder: string) => `${folder}-before`;

/** What a crash between the two renames of `place` left: the set that was there goes back. */
export async function putBack(root: string, folder: string, name: string): Promise<void> {
  const target = confine(root, name);
  const isThere = target === undefined || (await stat(target).catch(() => undefined)) !== undefined;
  if (isThere) await rm(beforeOf(folder), { recursive: true, force: true });
  else await rename(beforeOf(folder), target);
}

/** A file of one name in two folders stands in for both, and is no trouble when it is the same. */
async function othersOfTheirName(shelf: readonly ShelfFile[], files: readonly NewFile[]): Promise<ShelfFile[]> {
  const byName = new Map<string, NewFile[]>();
  for (const file of files) byName.set(baseOf(file.name), [...(byName.get(baseOf(file.name)) ?? []), file]);
  const found: ShelfFile[] = [];
  for (const there of shelf) {
    const same = await Promise.all((byName.get(baseOf(there.name)) ?? []).map((file) => isSame(file, there)));
    if (same.includes(false)) found.push(there);
  }
  return found;
}

/** A file that is gone meanwhile is another one. */
async function isSame(file: NewFile, there: ShelfFile): Promise<boolean> {
  if (file.size !== there.size) return false;
  const digests = await Promise.all([file, there].map(({ path }) => digestOf(path))).catch(() => []);
  return digests.length > 0 && digests[0] === digests[1];
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}

/** Where a name leads, with its folders made; a file is no folder, and a link must not lead out of the shelf. */
async function targetOf(root: string, name: string, kind: "file" | "folder"): Promise<string> {
  const target = confine(root, name);
  if (target === undefined) throw new Failure("BAD_PATH");
  const parent = dirname(target);
  try {
    await mkdir(parent, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTDIR") throw taken(`${name} needs a folder where a file is`);
    throw error;
  }
  const home = await realpath(root);
  const real = join(await realpath(parent), "x");
  if (confine(home, relative(home, real)) === undefined) throw new Failure("BAD_PATH");
  const there = await stat(target).catch(() => undefined);
  if (there && there.isDirectory() !== (kind === "folder")) {
    throw taken(`${name} is a ${kind === "folder" ? "file" : "folder"} already`);
  }
  return target;
}

function taken(detail: string): Failure {
  return new Failure("CONFLICT", detail, { errors: [{ pointer: "/name", code: "taken", detail }] });
}
