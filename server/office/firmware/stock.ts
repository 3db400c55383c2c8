import { Failure } from "../../domain/failures.ts";
import type { Clock, Store, StoreReader } from "../../domain/ports.ts";
import type { Digests } from "../../firmware/digests.ts";
import type { Ready } from "../../firmware/ready.ts";
import type { ShelfFile } from "../../firmware/shelf.ts";
import type { Piece, Upload, UploadLimits, Uploads } from "../../firmware/uploads.ts";
import { audited, type Edit } from "../editing.ts";
import { finding } from "../refusals.ts";
import { refuseNames } from "./names.ts";
import { removeSet } from "./removal.ts";
import { type FirmwareSet, listSets, type SetParts } from "./sets.ts";
import { usesOfLoads } from "./uses.ts";

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
  /** Deletes the files that no other set names, in every folder; CONFLICT while a layer or a device names the set. */
  remove(edit: Edit, name: string): Promise<void>;
  /** A name that ends in `.zip`, or `isZip`, is unpacked into a folder of that name. */
  begin(name: string, isZip: boolean, length: number | undefined): Promise<Upload>;
  uploads(): Promise<readonly Upload[]>;
  upload(id: string): Promise<Upload>;
  /**
   * CONFLICT while what would be replaced belongs to a set that a layer or a device names; INVALID for a name that phones
   * are given otherwise, or not at all.
   */
  receive(edit: Edit, id: string, piece: Piece, isLast: boolean): Promise<Received>;
  drop(id: string): Promise<void>;
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
    const sets = listSets(parts);
    const uses = await usesOfLoads(parts.store, namesOf(sets));
    return sets.map((set) => ({
      ...set,
      usedBy: uses.get(set.name.toLowerCase())?.length ?? 0,
      digestOf: (file) => parts.digests.of(file),
    }));
  }

  async function put(edit: Edit, { files, place, replaces }: Ready, { isZip, name }: Upload): Promise<Set<string>> {
    const names = files.map((file) => file.name);
    refuseNames(parts.catalogue, names, isZip ? "" : "/name");
    const replaced = setsOf(parts, await replaces(parts.shelf.files));
    await changing({ ...parts, edit, action: "firmware.add", id: name, sets: replaced }, place);
    return new Set(names);
  }

  async function receive(edit: Edit, id: string, piece: Piece, isLast: boolean): Promise<Received> {
    if (!isLast) return { upload: await uploads.append(id, piece) };
    const names = await uploads.finish(id, piece, (ready, upload) => put(edit, ready, upload));
    await parts.shelfChanged();
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
      const change: ShelfChange = { ...parts, edit, action: "firmware.remove", id: set.name, sets: [set] };
      await changing(change, async () => {
        try {
          await removeSet(parts, set);
        } finally {
          // Some of it may be gone also when not all is.
          await parts.shelfChanged();
        }
      });
    },
    async begin(given, isZip, length) {
      const name = given.replace(/\.zip$/i, "");
      const isPacked = isZip || name !== given;
      if (!isPacked) refuseNames(parts.catalogue, [name], "/name");
      return await uploads.begin({ name, isZip: isPacked, ...(length !== undefined && { length }) });
    },
    uploads: () => uploads.list(),
    upload: (id) => uploads.find(id),
    receive,
    drop: (id) => uploads.drop(id),
  };
}

interface ShelfChange {
  readonly store: Store;
  readonly clock: Clock;
  readonly edit: Edit;
  readonly action: "firmware.add" | "firmware.remove";
  readonly id: string;
  /** Which lose something by it. */
  readonly sets: readonly FirmwareSet[];
}

/** The entry comes first, so that nothing happens to the shelf without one; of what fails then there is a second. */
async function changing({ store, clock, edit, action, id, sets }: ShelfChange, work: () => Promise<void>) {
  const key = { organization: edit.organization, kind: "firmware", id };
  await store.transaction(async (transaction) => {
    await refuseUsed(transaction, sets);
    audited(transaction, clock, edit, action, key);
  });
  try {
    await work();
  } catch (error) {
    const noted = store.transaction(async (transaction) => audited(transaction, clock, edit, `${action}-failed`, key));
    // What failed first is what the caller must know.
    await noted.catch(() => undefined);
    throw error;
  }
}

function namesOf(sets: readonly FirmwareSet[]): string[] {
  return sets.map(({ name }) => name);
}

function isCalled({ name }: FirmwareSet, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase();
}

function setsOf(parts: SetParts, files: readonly ShelfFile[]): FirmwareSet[] {
  const names = new Set(files.map(({ name }) => name));
  return listSets(parts).filter((set) => set.files.some(({ name }) => names.has(name)));
}

const mostNamed = 20;

/** Nobody loses a load that is set for a phone. */
async function refuseUsed(reader: StoreReader, sets: readonly FirmwareSet[]): Promise<void> {
  const uses = await usesOfLoads(reader, namesOf(sets));
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
