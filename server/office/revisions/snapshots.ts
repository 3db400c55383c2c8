import type { Device, Line } from "../../domain/device.ts";
import type { DocumentKey, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";

/** A device and its lines as they were stored for a revision; secrets stay sealed where they stand. */
export interface Snapshot {
  readonly device: Device;
  readonly lines: readonly Line[];
}

export const snapshotKind = "device-snapshot";

export function snapshotKey(organization: string, mac: string, n: number): DocumentKey {
  return { organization, kind: snapshotKind, id: `${mac}.${n}` };
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
  n: number,
): Promise<void> {
  await transaction.put<Snapshot>(snapshotKey(organization, id, n), {
    device: body,
    lines: lines.map((line) => line.body),
  });
}

/** With the device its past goes: it holds secrets. `Revision.n` goes on where the MAC is added again. */
export async function dropSnapshots(transaction: StoreTransaction, organization: string, mac: string): Promise<void> {
  const past = await transaction.get<{ readonly snapshot?: number; readonly past?: readonly { snapshot?: number }[] }>({
    organization,
    kind: "revision",
    id: mac,
  });
  const kept = new Set([past?.body, ...(past?.body.past ?? [])].flatMap((each) => each?.snapshot ?? []));
  for (const n of kept) await transaction.delete(snapshotKey(organization, mac, n));
}
