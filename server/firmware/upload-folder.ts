import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ulid } from "ulid";
import type { Clock } from "../domain/ports.ts";
import { shelfFailure } from "./file-trouble.ts";
import { putBack } from "./ready.ts";

/** A file on its way to the shelf. */
export interface Upload {
  readonly id: string;
  /** Path below the shelf that it will have; of a zip, the folder that it is unpacked into. */
  readonly name: string;
  readonly isZip: boolean;
  /** Bytes in all, where the sender said so. */
  readonly length?: number;
  /** Bytes that are here. */
  readonly offset: number;
  /** Milliseconds since the epoch; then it is forgotten, unless more comes. */
  readonly expires: number;
}

export type NewUpload = Pick<Upload, "name" | "isZip" | "length">;

/** Unfinished uploads on the disk: a folder each, with what is known of it and the bytes so far. */
export interface UploadFolder {
  /** File that the bytes are in. */
  dataOf(id: string): string;
  /** Folder that a zip is unpacked into. */
  unpackedOf(id: string): string;
  add(upload: NewUpload): Promise<string>;
  /** Undefined when there is none, or its time is over. */
  look(id: string): Promise<Upload | undefined>;
  /** Every upload that counts; those that are too old are deleted. */
  sweep(): Promise<Upload[]>;
  /** Puts back, and deletes, what a crash left; to be called while nothing else is. */
  recover(root: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const idPattern = /^[0-9A-Z]{26}$/;

export function createUploadFolder(home: string, ageMs: number, clock: Clock): UploadFolder {
  const folderOf = (id: string) => join(home, id);
  const dataOf = (id: string) => join(home, id, "data");
  const unpackedOf = (id: string) => join(home, id, "unpacked");
  const about = async (id: string) => JSON.parse(await readFile(join(folderOf(id), "about.json"), "utf8")) as NewUpload;
  const names = () => readdir(home).catch(() => [] as string[]);
  const remove = (id: string) => rm(folderOf(id), { recursive: true, force: true });

  async function look(id: string): Promise<Upload | undefined> {
    if (!idPattern.test(id)) return undefined;
    try {
      const upload = await about(id);
      const { size, mtimeMs } = await stat(dataOf(id));
      const expires = mtimeMs + ageMs;
      return expires > clock() ? { id, ...upload, offset: size, expires } : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    dataOf,
    unpackedOf,
    look,
    remove,
    async add(upload) {
      const id = ulid(clock());
      const draft = folderOf(`new-${id}`);
      try {
        await mkdir(draft, { recursive: true, mode: 0o700 });
        await writeFile(join(draft, "data"), "", { mode: 0o644 });
        await writeFile(join(draft, "about.json"), JSON.stringify(upload), { flush: true });
        await rename(draft, folderOf(id));
      } catch (error) {
        throw shelfFailure(error);
      }
      return id;
    },
    async sweep() {
      const ids = (await names()).filter((name) => idPattern.test(name)).sort();
      const found = await Promise.all(ids.map(async (id) => ({ id, upload: await look(id) })));
      await Promise.all(found.map(({ id, upload }) => (upload ? undefined : remove(id))));
      return found.flatMap(({ upload }) => upload ?? []);
    },
    async recover(root) {
      for (const name of await names()) {
        if (!idPattern.test(name)) await remove(name);
        // Most have left nothing to put back.
        else
          await about(name)
            .then((upload) => putBack(root, unpackedOf(name), upload.name))
            .catch(() => undefined);
      }
    },
  };
}
