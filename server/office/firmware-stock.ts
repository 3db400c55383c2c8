import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { Failure } from "../domain/failures.ts";
import type { Clock, Store, StoreReader } from "../domain/ports.ts";
import type { Digests } from "../firmware/digests.ts";
import type { NewFile } from "../firmware/ready.ts";
import type { ShelfFile } from "../firmware/shelf.ts";
import type { Upload, UploadLimits, Uploads } from "../firmware/uploads.ts";
import { audited, type Edit } from "./editing.ts";
import { type FirmwareSet, listSets, type SetParts, usesOfLoads } from "./firmware-sets.ts";
import { finding } from "./refusals.ts";

/** A set with what is only known beside the shelf. */
export interface StockedSet extends FirmwareSet {
  /** How many layers and devices name it, in all organizations. */
  readonly usedBy: number;
  /** SHA-256 in hex; undefined while it is worked out. */
  digestOf(file: ShelfFile): string | undefined;
}

/** What came of a piece of an upload: more has to come, or it is on the shelf. */
export type Received = { readonly upload: Upload } | { readonly names: readonly string[]; readonly sets: StockedSet[] };

/** Firmware on the shelf, for people: what is there, what comes, what goes. It belongs to no organization. */
export interface FirmwareStock {
  readonly limits: UploadLimits;
  list(): Promise<StockedSet[]>;
  /** NOT_FOUND when there is no set of this name. */
  find(name: string): Promise<StockedSet>;
  /** Deletes the files that no other set names; CONFLICT while a layer or a device names the set. */
  remove(edit: Edit, name: string): Promise<void>;
  /** A name that ends in `.zip`, or `isZip`, is unpacked into a folder of that name. */
  begin(name: string, isZip: boolean, length: number | undefined): Promise<Upload>;
  uploads(): Promise<readonly Upload[]>;
  upload(id: string): Promise<Upload>;
  /** CONFLICT while what would be replaced belongs to a set that a layer or a device names. */
  receive(edit: Edit, id: string, piece: Piece): Promise<Received>;
  drop(id: string): Promise<void>;
}

export interface Piece {
  readonly offset: number;
  readonly body: Readable;
  readonly isLast: boolean;
}

export interface StockParts extends SetParts {
  readonly store: Store;
  readonly digests: Digests;
  readonly uploads: Uploads;
  readonly clock: Clock;
  /** Reads the shelf again, and makes new revisions of what that changes. */
  shelfChanged(): Promise<void>;
}

export function createFirmwareStock(parts: StockParts): FirmwareStock {
  const { uploads } = parts;

  async function list(): Promise<StockedSet[]> {
    const uses = await usesOfLoads(parts.store);
    return listSets(parts).map((set) => ({
      ...set,
      usedBy: uses.get(set.name.toLowerCase())?.length ?? 0,
      digestOf: (file) => parts.digests.of(file),
    }));
  }

  async function receive(edit: Edit, id: string, { offset, body, isLast }: Piece): Promise<Received> {
    const upload = await uploads.append(id, offset, body);
    if (!isLast) return { upload };
    if (upload.length !== undefined && upload.length !== upload.offset) {
      throw new Failure("MALFORMED", `${upload.offset} bytes are here, not the ${upload.length} of Upload-Length`);
    }
    const { files, place } = await uploads.prepare(id);
    const replaced = parts.shelf.files.filter((file) => isReplaced(file, upload, files));
    await parts.store.transaction(async (transaction) => {
      await refuseUsed(transaction, setsOf(parts, replaced));
      audited(transaction, parts.clock, edit, "firmware.add", keyOf(edit, upload.name));
    });
    await place();
    await uploads.drop(id);
    await parts.shelfChanged();
    const names = new Set(files.map(({ name }) => name));
    const isNew = (set: StockedSet) => set.files.some(({ name }) => names.has(name));
    return { names: [...names], sets: (await list()).filter(isNew) };
  }

  return {
    limits: uploads.limits,
    list,
    async find(name) {
      const found = (await list()).find((set) => isCalled(set, name));
      if (found) return found;
      throw new Failure("NOT_FOUND", `there is no firmware "${name}" on the shelf`);
    },
    async remove(edit, name) {
      const set = listSets(parts).find((each) => isCalled(each, name));
      if (!set) throw new Failure("NOT_FOUND", `there is no firmware "${name}" on the shelf`);
      await parts.store.transaction(async (transaction) => {
        await refuseUsed(transaction, [set]);
        audited(transaction, parts.clock, edit, "firmware.remove", keyOf(edit, set.name));
      });
      await removeFiles(parts, set);
      await parts.shelfChanged();
    },
    begin: (name, isZip, length) =>
      uploads.begin({
        name: name.replace(/\.zip$/i, ""),
        isZip: isZip || /\.zip$/i.test(name),
        ...(length !== undefined && { length }),
      }),
    uploads: () => uploads.list(),
    upload: (id) => uploads.find(id),
    receive,
    drop: (id) => uploads.drop(id),
  };
}

function keyOf({ organization }: Edit, id: string) {
  return { organization, kind: "firmware", id };
}

function isCalled({ name }: FirmwareSet, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase();
}

/**
 * Whether phones would get something else in place of a file. A zip takes the place of its whole folder; a file of one name
 * in two folders stands in for both, and is no trouble when it is the same.
 */
function isReplaced({ name, size }: ShelfFile, upload: Upload, files: readonly NewFile[]): boolean {
  if (upload.isZip && name.startsWith(`${upload.name}/`)) return true;
  return files.some((file) => file.name === name || (file.size !== size && baseOf(file.name) === baseOf(name)));
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}

function setsOf(parts: SetParts, files: readonly ShelfFile[]): FirmwareSet[] {
  const names = new Set(files.map(({ name }) => name));
  return listSets(parts).filter((set) => set.files.some(({ name }) => names.has(name)));
}

const mostNamed = 20;

/** Nobody loses a load that is set for a phone. */
async function refuseUsed(reader: StoreReader, sets: readonly FirmwareSet[]): Promise<void> {
  const uses = await usesOfLoads(reader);
  for (const { name } of sets) {
    const users = uses.get(name.toLowerCase()) ?? [];
    if (users.length === 0) continue;
    const more = users.length > 3 ? ` and ${users.length - 3} more` : "";
    throw new Failure(
      "CONFLICT",
      `${name} is set for ${users.slice(0, 3).join(", ")}${more}: take it from there first`,
      {
        errors: users.slice(0, mostNamed).map((user) => finding("", "in-use", user)),
      },
    );
  }
}

/** The list first: from then on no phone is told of the load. A folder goes with its last file. */
async function removeFiles(parts: SetParts, set: FirmwareSet): Promise<void> {
  const others = listSets(parts).filter((each) => !isCalled(each, set.name));
  const shared = new Set(others.flatMap(({ files }) => files.map(({ name }) => name)));
  const own = set.files.filter(({ name }) => !shared.has(name));
  try {
    for (const { path } of own) await rm(path, { force: true });
  } catch (error) {
    throw new Failure("SHELF_UNAVAILABLE", "a file on the shelf can't be deleted", { cause: error });
  }
  const folders = own.filter(({ name }) => name.includes("/")).map(({ path }) => dirname(path));
  for (const folder of new Set(folders)) await rmdir(folder).catch(() => undefined);
}
