import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device, LayerDocument, Line } from "../../domain/device.ts";
import { Failure, type FieldError } from "../../domain/failures.ts";
import type { DocumentKey, Store, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import type { PbxConnection } from "../../domain/push.ts";
import { emergencyNumbers, extensionErrors } from "../desk/emergency.ts";
import { overlaid } from "../desk/overlay.ts";
import { type DeviceRules, documentErrors, toCheck } from "../devices/devices.ts";
import { namesLine } from "../devices/key-layout-rules.ts";
import { leftOutErrors } from "../devices/rules.ts";
import { layerDocumentErrors } from "../layers/change.ts";
import { finding } from "../refusals.ts";
import { dropSnapshots, snapshotKind } from "../revisions/snapshots.ts";

/** A document to be put back: `now` as it is, `body` as it was; absent where it is, or was, not there. */
export interface Restoration {
  readonly key: DocumentKey;
  readonly now?: StoredDocument | undefined;
  readonly body?: unknown;
}

/** What keeps documents from being put back, by the rules of an edit; pointers begin with the kind and the id. */
export async function restorationErrors(
  rules: DeviceRules,
  reader: StoreReader,
  restorations: readonly Restoration[],
): Promise<FieldError[]> {
  const then = overlaid(reader, restorations.map(asLaid));
  const errors: FieldError[] = [];
  for (const restoration of restorations) {
    const { kind, id } = restoration.key;
    for (const error of await wrongWith(rules, then, restoration)) {
      errors.push({ ...error, pointer: `/${kind}/${id}${error.pointer}`, detail: `${kind} ${id}: ${error.detail}` });
    }
  }
  return errors;
}

/** What a restoration would leave. */
export function asLaid({ key, now, body }: Restoration) {
  return body === undefined ? key : { ...key, version: (now?.version ?? 0) + 1, body };
}

/** CONFLICT with all of the findings. */
export function refuseRestoring(what: string, errors: readonly FieldError[]): void {
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new Failure("CONFLICT", `${what}: ${first.detail}${more}`, { errors: errors.slice(0, 500) });
}

async function wrongWith(rules: DeviceRules, then: StoreReader, { key, now, body }: Restoration) {
  if (body === undefined) return await usersOf(then, key);
  if (key.kind === "device") return await wrongDevice(rules, then, asLaid({ key, now, body }), now);
  if (key.kind === "line") return await wrongLine(rules.catalogue, then, key, body as Line);
  if (key.kind === "pbx-connection") return await wrongConnection(then, key, body as PbxConnection);
  if (key.kind === snapshotKind) return [];
  const { settings, keys } = body as LayerDocument;
  return await layerDocumentErrors(rulesOfLayers(rules), then, key.organization, { settings, ...(keys && { keys }) });
}

function rulesOfLayers({ catalogue, sealer, checkSettings }: DeviceRules) {
  return { catalogue, sealer, checkSettings };
}

async function wrongDevice(
  rules: DeviceRules,
  reader: StoreReader,
  laid: ReturnType<typeof asLaid>,
  now: StoredDocument | undefined,
): Promise<FieldError[]> {
  const device = laid as StoredDocument<Device>;
  const before = (now?.body ?? device.body) as Device;
  const change = toCheck(before, device.body, {});
  const errors = await documentErrors(rules, reader, device.organization, device.body, change);
  return errors.length > 0 ? errors : leftOutErrors((await rules.desks.read(reader, device)).leftOut);
}

async function wrongLine(catalogue: Catalogue, reader: StoreReader, key: DocumentKey, { extension }: Line) {
  const numbers = await emergencyNumbers(catalogue, reader, key.organization);
  const holder = await reader.holder(extensionName(key.organization, extension));
  const isTaken = holder !== undefined && holder.id !== key.id;
  const taken = isTaken ? [finding("/extension", "taken", `line ${holder.id} has the extension ${extension} now`)] : [];
  return [...taken, ...extensionErrors(extension, numbers)];
}

async function wrongConnection(reader: StoreReader, { organization }: DocumentKey, { site }: PbxConnection) {
  if (site === undefined || (await reader.get({ organization, kind: "site", id: site }))) return [];
  return [finding("/site", "not-found", `there is no site "${site}"`)];
}

/** Whoever still needs a document that would go. */
async function usersOf(reader: StoreReader, { organization, kind, id }: DocumentKey): Promise<FieldError[]> {
  if (kind !== "line" && kind !== "site" && kind !== "preset") return [];
  const devices = await reader.find<Device>({ organization, kind: "device" });
  const user = devices.find(({ body }) => (kind === "line" ? hasLine(body, id) : body[kind] === id));
  if (user) return [finding("", "in-use", `device ${user.id} uses it now`)];
  if (kind !== "line") return [];
  const presets = await reader.find<LayerDocument>({ organization, kind: "preset" });
  const preset = presets.find(({ body }) => namesLine(body.keys, id));
  return preset ? [finding("", "in-use", `preset ${preset.id} has a key for it now`)] : [];
}

/** As one of its lines, or on a key. */
export function hasLine({ lines, keys }: Device, id: string): boolean {
  return lines.includes(id) || keys.some(({ target }) => target && "line" in target && target.line === id);
}

function extensionName(organization: string, extension: string): string {
  return `extension:${organization}:${extension}`;
}

/** Fails with STALE when a document is not as it was looked at. What goes, goes first: it may hold a name that is needed. */
export async function writeRestorations(
  transaction: StoreTransaction,
  restorations: readonly Restoration[],
): Promise<void> {
  for (const { key, now, body } of restorations) {
    if (body !== undefined || !now) continue;
    // Those go with their device, and may be gone by now.
    await transaction.delete(key, key.kind === snapshotKind ? {} : { expect: now.version });
    if (key.kind === "device") await dropSnapshots(transaction, key.organization, key.id);
  }
  for (const { key, now, body } of restorations) {
    if (body === undefined) continue;
    await transaction.put(key, body, { ...namesOf(key, body), expect: now?.version ?? 0 });
  }
}

function namesOf({ organization, kind, id }: DocumentKey, body: unknown): { unique?: readonly string[] } {
  if (kind === "device") return { unique: [`mac:${id}`] };
  return kind === "line" ? { unique: [extensionName(organization, (body as Line).extension)] } : {};
}

/** The devices whose files may be other ones after these documents changed. */
export async function devicesBelow(
  store: Store,
  organization: string,
  keys: readonly Pick<DocumentKey, "kind" | "id">[],
): Promise<readonly StoredDocument<Device>[]> {
  const idsOf = (kind: string) => new Set(keys.filter((key) => key.kind === kind).map(({ id }) => id));
  const [sites, presets, devices, lines] = [idsOf("site"), idsOf("preset"), idsOf("device"), [...idsOf("line")]];
  const isAll = idsOf("organization").size > 0;
  const all = await store.find<Device>({ organization, kind: "device" });
  return all.filter(
    ({ id, body }) =>
      isAll ||
      devices.has(id) ||
      sites.has(body.site) ||
      (body.preset !== undefined && presets.has(body.preset)) ||
      lines.some((line) => hasLine(body, line)),
  );
}
