import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Failure } from "../domain/failures.ts";
import type { Clock } from "../domain/ports.ts";
import { shelfFailure } from "./file-trouble.ts";
import { type Ready, readyFile, readyFolder } from "./ready.ts";
import { unpack } from "./unpack.ts";
import { appendBody, createUploadFolder, type NewUpload, type Upload, type UploadFolder } from "./upload-folder.ts";

export type { Upload } from "./upload-folder.ts";

export interface UploadLimits {
  /** Bytes of one upload. */
  readonly bytes: number;
  /** Unfinished uploads at a time. */
  readonly most: number;
  /** How long one is kept after its last byte. */
  readonly ageMs: number;
  /** Of what a zip holds, in bytes. */
  readonly unpackedBytes: number;
}

const usualLimits: UploadLimits = {
  bytes: 1024 ** 3,
  most: 8,
  ageMs: 24 * 3_600_000,
  unpackedBytes: 2 * 1024 ** 3,
};

/** Files on their way to the shelf. They lie beside the shelf's files, hidden, and survive a restart. */
export interface Uploads {
  readonly limits: UploadLimits;
  /** Fails with CONFLICT when too many are unfinished, TOO_LARGE when the length is. */
  begin(upload: NewUpload): Promise<Upload>;
  /** NOT_FOUND when there is none, or its time is over. */
  find(id: string): Promise<Upload>;
  list(): Promise<readonly Upload[]>;
  /**
   * Adds bytes from an offset on, which must be where it stands (CONFLICT). Whoever writes to it at this time is cut off:
   * a sender that lost its connection comes back before we notice. What came before a connection broke is kept.
   */
  append(id: string, offset: number, body: Readable): Promise<Upload>;
  /** Makes a complete upload ready for the shelf; a zip that is not acceptable is dropped (INVALID). */
  prepare(id: string): Promise<Ready>;
  drop(id: string): Promise<void>;
}

export interface UploadParts {
  /** Folder of the shelf. */
  readonly root: string;
  readonly clock: Clock;
  readonly limits?: Partial<UploadLimits>;
}

export async function createUploads({ root, clock, limits: given }: UploadParts): Promise<Uploads> {
  const limits = { ...usualLimits, ...given };
  const folder = createUploadFolder(join(root, ".uploads"), limits.ageMs, clock);
  const writers = createWriters();

  async function find(id: string): Promise<Upload> {
    const upload = await folder.look(id);
    if (upload) return upload;
    throw new Failure("NOT_FOUND", "there is no such upload; it may be finished, or too old");
  }

  await folder.clear();
  await folder.sweep();
  return {
    limits,
    find,
    list: () => folder.sweep(),
    async begin(upload) {
      if (upload.length !== undefined && upload.length > limits.bytes) throw tooLarge(limits);
      if ((await folder.sweep()).length >= limits.most) {
        throw new Failure("CONFLICT", `${limits.most} uploads are unfinished: finish one, or delete it`);
      }
      return await find(await folder.add(upload));
    },
    async append(id, offset, body) {
      await writers.stop(id);
      const upload = await find(id);
      if (offset !== upload.offset) throw elsewhere(upload);
      await writers.write(id, body, () => write(folder, limits, upload, body));
      return await find(id);
    },
    prepare: async (id) => await prepare(root, folder, limits, await find(id)),
    async drop(id) {
      await writers.stop(id);
      await folder.remove(id);
    },
  };
}

/** At most one request writes to an upload. */
function createWriters() {
  const writing = new Map<string, { readonly stop: () => void; readonly done: Promise<void> }>();
  return {
    async stop(id: string): Promise<void> {
      const before = writing.get(id);
      before?.stop();
      await before?.done.catch(() => undefined);
    },
    async write(id: string, body: Readable, work: () => Promise<void>): Promise<void> {
      const done = work();
      const entry = { done, stop: () => void body.destroy(new Error("another request goes on with this upload")) };
      writing.set(id, entry);
      try {
        await done;
      } finally {
        if (writing.get(id) === entry) writing.delete(id);
      }
    },
  };
}

async function write(folder: UploadFolder, limits: UploadLimits, upload: Upload, body: Readable): Promise<void> {
  const { length = limits.bytes, offset } = upload;
  const tooLong = () =>
    length < limits.bytes
      ? new Failure("MALFORMED", `more than the ${length} bytes that were announced`)
      : tooLarge(limits);
  try {
    await appendBody(folder.dataOf(upload.id), body, length - offset, tooLong);
  } catch (error) {
    if (error instanceof Failure || !body.destroyed) throw shelfFailure(error);
    throw new Failure("MALFORMED", "the body ended too early; what came is kept", { cause: error });
  }
}

async function prepare(root: string, folder: UploadFolder, limits: UploadLimits, upload: Upload): Promise<Ready> {
  const { id, isZip, name, offset: size } = upload;
  const data = folder.dataOf(id);
  if (!isZip) return readyFile(root, data, { name, size });
  const unpacked = join(folder.folderOf(id), "unpacked");
  try {
    await rm(unpacked, { recursive: true, force: true });
    return readyFolder(root, unpacked, name, await unpack(data, unpacked, limits.unpackedBytes));
  } catch (error) {
    await folder.remove(id);
    throw shelfFailure(error);
  }
}

function tooLarge({ bytes }: UploadLimits): Failure {
  return new Failure("TOO_LARGE", `an upload has at most ${bytes} bytes`);
}

function elsewhere({ offset }: Upload): Failure {
  const detail = `${offset} bytes are here: go on from there`;
  return new Failure("CONFLICT", detail, { errors: [{ pointer: "/upload-offset", code: "offset", detail }] });
}
