import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { ulid } from "ulid";
import type { Failure } from "../domain/failures.ts";
import type { Clock } from "../domain/ports.ts";
import { shelfFailure } from "./file-trouble.ts";

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
  /** Folder that may be used for what becomes of it. */
  folderOf(id: string): string;
  add(upload: NewUpload): Promise<string>;
  /** Undefined when there is none, or its time is over. */
  look(id: string): Promise<Upload | undefined>;
  /** Every upload that counts; those that are too old are deleted. */
  sweep(): Promise<Upload[]>;
  /** Deletes what a broken start left; to be called while nothing else is. */
  clear(): Promise<void>;
  remove(id: string): Promise<void>;
}

const idPattern = /^[0-9A-Z]{26}$/;

export function createUploadFolder(home: string, ageMs: number, clock: Clock): UploadFolder {
  const folderOf = (id: string) => join(home, id);
  const dataOf = (id: string) => join(home, id, "data");
  const names = () => readdir(home).catch(() => [] as string[]);
  const remove = (id: string) => rm(folderOf(id), { recursive: true, force: true });

  async function look(id: string): Promise<Upload | undefined> {
    if (!idPattern.test(id)) return undefined;
    try {
      const about = JSON.parse(await readFile(join(folderOf(id), "about.json"), "utf8")) as NewUpload;
      const { size, mtimeMs } = await stat(dataOf(id));
      const expires = mtimeMs + ageMs;
      return expires > clock() ? { id, ...about, offset: size, expires } : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    dataOf,
    folderOf,
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
    async clear() {
      const others = (await names()).filter((name) => !idPattern.test(name));
      await Promise.all(others.map(remove));
    },
  };
}

/** Appends a body to a file, and sees that it is on the disk; a body that is longer than `most` fails with `tooLong`. */
export async function appendBody(path: string, body: Readable, most: number, tooLong: () => Failure): Promise<void> {
  const file = await open(path, "a");
  let left = most;
  try {
    // Not destroyed when this ends early: whoever sends shall be told why.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      left -= (chunk as Buffer).length;
      if (left < 0) throw tooLong();
      await file.appendFile(chunk as Buffer);
    }
  } finally {
    await file.sync();
    await file.close();
  }
}
