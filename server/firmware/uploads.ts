import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { Failure } from "../domain/failures.ts";
import type { Clock } from "../domain/ports.ts";
import { writeBody } from "./body.ts";
import { type Claim, type Claims, createClaims } from "./claims.ts";
import { shelfFailure } from "./file-trouble.ts";
import { type Ready, readyFile, readyFolder } from "./ready.ts";
import { unpack } from "./unpack.ts";
import { createUploadFolder, type NewUpload, type Upload, type UploadFolder } from "./upload-folder.ts";

export type { Upload } from "./upload-folder.ts";

export interface UploadLimits {
  /** Bytes of one upload. */
  readonly bytes: number;
  /** Unfinished uploads at a time. */
  readonly most: number;
  /** How long one is kept after its last byte. */
  readonly ageMs: number;
  /** How long after its last byte one may have to make room for another. */
  readonly idleMs: number;
  /** Of what a zip holds, in bytes. */
  readonly unpackedBytes: number;
}

const usualLimits: UploadLimits = {
  bytes: 1024 ** 3,
  most: 8,
  ageMs: 24 * 3_600_000,
  idleMs: 10 * 60_000,
  unpackedBytes: 2 * 1024 ** 3,
};

/** What one request brings. */
export interface Piece {
  /** Where it begins, which must be where the upload stands. */
  readonly offset: number;
  readonly body: Readable;
  /** Bytes of the whole upload, where this request says so. */
  readonly length?: number;
}

/**
 * Files on their way to the shelf. They lie beside the shelf's files, hidden, and survive a restart. One request works on an
 * upload at a time: the newest, since a sender that lost its connection comes back before we notice. The one before it fails
 * (CONFLICT).
 */
export interface Uploads {
  readonly limits: UploadLimits;
  /** Fails with CONFLICT when too many are unfinished and none of them is idle, TOO_LARGE when the length is. */
  begin(upload: NewUpload): Promise<Upload>;
  /** NOT_FOUND when there is none, or its time is over. */
  find(id: string): Promise<Upload>;
  list(): Promise<readonly Upload[]>;
  /** Adds a piece: CONFLICT from another offset than where it stands. What came before a connection broke is kept. */
  append(id: string, piece: Piece): Promise<Upload>;
  /**
   * Adds the last piece, and has the whole put onto the shelf, while every other request for it is refused (CONFLICT).
   * What is not acceptable (INVALID) is dropped; after any other failure it may be finished again.
   */
  finish<Result>(id: string, piece: Piece, put: (ready: Ready, upload: Upload) => Promise<Result>): Promise<Result>;
  drop(id: string): Promise<void>;
}

export interface UploadParts {
  /** Folder of the shelf. */
  readonly root: string;
  readonly clock: Clock;
  readonly limits?: Partial<UploadLimits>;
}

interface Place {
  readonly root: string;
  readonly limits: UploadLimits;
  readonly folder: UploadFolder;
}

export async function createUploads({ root: given, clock, limits: other }: UploadParts): Promise<Uploads> {
  const root = resolve(given);
  const limits = { ...usualLimits, ...other };
  const folder = createUploadFolder(join(root, ".uploads"), limits.ageMs, clock);
  const place = { root, limits, folder };
  const claims = createClaims();
  let beginning: Promise<unknown> = Promise.resolve();

  const drop = (id: string) => claims.hold(id, () => folder.remove(id));

  async function add(upload: NewUpload): Promise<Upload> {
    const uploads = await folder.sweep();
    if (uploads.length >= limits.most) await drop(oldestIdle(uploads, claims, limits, clock()));
    return await find(folder, await folder.add(upload));
  }

  await folder.recover(root);
  await folder.sweep();
  return {
    limits,
    find: (id) => find(folder, id),
    list: () => folder.sweep(),
    async begin(upload) {
      if (upload.length !== undefined && upload.length > limits.bytes) throw tooLarge(limits);
      // One after another: two must not take the last place.
      const begun = beginning.then(() => add(upload));
      beginning = begun.catch(() => undefined);
      return await begun;
    },
    append: (id, piece) => claims.hold(id, (claim) => write(place, id, piece, claim)),
    finish: (id, piece, put) =>
      claims.hold(id, async (claim) => {
        const upload = await write(place, id, piece, claim);
        claim.keep();
        const { length = piece.length ?? upload.offset, offset } = upload;
        if (length !== offset) throw malformed(`${offset} bytes are here, not the ${length} of Upload-Length`);
        const result = await putting(place, upload, put);
        await folder.remove(id);
        return result;
      }),
    drop,
  };
}

async function find(folder: UploadFolder, id: string): Promise<Upload> {
  const upload = await folder.look(id);
  if (upload) return upload;
  throw new Failure("NOT_FOUND", "there is no such upload; it may be finished, or too old");
}

/** The one that makes room: nobody sends it, and nothing came of it for a while. */
function oldestIdle(uploads: readonly Upload[], claims: Claims, { most, ageMs, idleMs }: UploadLimits, now: number) {
  const [oldest] = uploads
    .filter(({ id, expires }) => !claims.isHeld(id) && now - (expires - ageMs) >= idleMs)
    .sort((a, b) => a.expires - b.expires);
  if (oldest) return oldest.id;
  throw new Failure("CONFLICT", `${most} uploads are unfinished: finish one, or delete it`);
}

async function write({ folder, limits }: Place, id: string, piece: Piece, { lost }: Claim): Promise<Upload> {
  const upload = await find(folder, id);
  const { length = piece.length ?? limits.bytes, offset } = upload;
  if (piece.length !== undefined && piece.length > limits.bytes) throw tooLarge(limits);
  if (piece.length !== undefined && piece.length !== length) {
    throw malformed(`Upload-Length was ${length}, and is ${piece.length} now`);
  }
  if (piece.offset !== offset) throw elsewhere(upload);
  const tooLong = () =>
    length < limits.bytes ? malformed(`more than the ${length} bytes that were announced`) : tooLarge(limits);
  try {
    await writeBody(piece.body, { path: folder.dataOf(id), from: offset, most: length - offset, tooLong }, lost);
  } catch (error) {
    throw shelfFailure(error);
  }
  return await find(folder, id);
}

async function putting<Result>(
  place: Place,
  upload: Upload,
  put: (ready: Ready, upload: Upload) => Promise<Result>,
): Promise<Result> {
  try {
    return await put(await prepare(place, upload), upload);
  } catch (error) {
    if (error instanceof Failure && error.code === "INVALID") await place.folder.remove(upload.id);
    throw error;
  }
}

async function prepare({ root, folder, limits }: Place, { id, isZip, name, offset: size }: Upload): Promise<Ready> {
  const data = folder.dataOf(id);
  if (!isZip) return readyFile(root, { name, path: data, size });
  const unpacked = folder.unpackedOf(id);
  try {
    await rm(unpacked, { recursive: true, force: true });
    return readyFolder(root, unpacked, name, await unpack(data, unpacked, limits.unpackedBytes));
  } catch (error) {
    throw shelfFailure(error);
  }
}

function tooLarge({ bytes }: UploadLimits): Failure {
  return new Failure("TOO_LARGE", `an upload has at most ${bytes} bytes`);
}

function malformed(detail: string): Failure {
  return new Failure("MALFORMED", detail);
}

function elsewhere({ offset }: Upload): Failure {
  const detail = `${offset} bytes are here: go on from there`;
  return new Failure("CONFLICT", detail, { errors: [{ pointer: "/upload-offset", code: "offset", detail }] });
}
