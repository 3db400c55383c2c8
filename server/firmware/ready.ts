import { mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Failure } from "../domain/failures.ts";
import { confine } from "../lib/confine.ts";
import { shelfFailure, syncFolder } from "./file-trouble.ts";

export interface NewFile {
  /** Path below the shelf that it will have. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Files that are whole and on the disk, beside the shelf, waiting to be put onto it. */
export interface Ready {
  readonly files: readonly NewFile[];
  /** Puts all of them onto the shelf at once, in place of what has their name. */
  place(): Promise<void>;
}

export function readyFile(root: string, path: string, file: NewFile): Ready {
  return {
    files: [file],
    async place() {
      try {
        const target = await targetOf(root, file.name, "file");
        await rename(path, target);
        await syncFolder(dirname(target));
      } catch (error) {
        throw shelfFailure(error);
      }
    },
  };
}

/** `files` are named from the folder on. One rename for all of a zip's files: a phone never sees half of them. */
export function readyFolder(root: string, folder: string, name: string, files: readonly NewFile[]): Ready {
  return {
    files: files.map((file) => ({ ...file, name: `${name}/${file.name}` })),
    async place() {
      const old = `${folder}-before`;
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
