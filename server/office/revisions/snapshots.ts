import type { Device, Line } from "../../domain/device.ts";
import type { DocumentKey, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import type { Way } from "../../domain/reach.ts";

/** A device and its lines as they were stored for a revision; secrets stay sealed where they stand. */
export interface Snapshot {
  readonly device: Device;
  readonly lines: readonly Line[];
  /** How it found its PBX; absent where it was made before Offhook kept that. */
  readonly way?: Way;
}

/** The revisions whose snapshots tell what this one was made of. */
export interface SnapshotPlaces {
  /** Of the device and its lines. */
  readonly snapshot?: number;
  /** Of its way to the PBX, which layers decide as well. */
  readonly way?: number;
}

/** Every snapshot that is needed for these revisions. */
export function placesOf(revisions: readonly SnapshotPlaces[]): ReadonlySet<number> {
  return new Set(revisions.flatMap(({ snapshot, way }) => [snapshot ?? [], way ?? []].flat()));
}

export const snapshotKind = "device-snapshot";

export function snapshotKey(organization: string, mac: string, n: number): DocumentKey {
  return { organization, kind: snapshotKind, id: `${mac}.${n}` };
}

/** Undefined where it is not kept any more. */
export async function readSnapshot(
  reader: StoreReader,
  organization: string,
  mac: string,
  { snapshot, way }: SnapshotPlaces,
): Promise<Snapshot | undefined> {
  const read = async (n: number | undefined) =>
    n === undefined ? undefined : (await reader.get<Snapshot>(snapshotKey(organization, mac, n)))?.body;
  const [documents, found] = await Promise.all([read(snapshot), read(way)]);
  return documents && { device: documents.device, lines: documents.lines, ...(found?.way && { way: found.way }) };
}

/** The device's own lines, in its order. */
export async function linesOf(
  reader: StoreReader,
  { organization, body }: StoredDocument<Device>,
): Promise<readonly StoredDocument<Line>[]> {
  const found = await Promise.all(body.lines.map((id) => reader.get<Line>({ organization, kind: "line", id })));
  return found.filter((line) => line !== undefined);
}

/** The same text for the same documents. */
export function versionsOf(device: StoredDocument<Device>, lines: readonly StoredDocument<Line>[]): string {
  return [device.version, device.body.born, ...lines.map(({ id, version }) => `${id}:${version}`)].join(" ");
}

export async function keepSnapshot(
  transaction: StoreTransaction,
  { organization, id, body }: StoredDocument<Device>,
  lines: readonly StoredDocument<Line>[],
  way: Way,
  n: number,
): Promise<void> {
  await transaction.put<Snapshot>(snapshotKey(organization, id, n), {
    device: body,
    lines: lines.map((line) => line.body),
    way,
  });
}

/** With the device its past goes: it holds secrets. `Revision.n` goes on where the MAC is added again. */
export async function dropSnapshots(transaction: StoreTransaction, organization: string, mac: string): Promise<void> {
  const found = await transaction.get<SnapshotPlaces & { readonly past?: readonly SnapshotPlaces[] }>({
    organization,
    kind: "revision",
    id: mac,
  });
  for (const n of placesOf([...(found ? [found.body] : []), ...(found?.body.past ?? [])]))
    await transaction.delete(snapshotKey(organization, mac, n));
}
