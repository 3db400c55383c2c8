import { ulid } from "ulid";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Device, LayerDocument, Line } from "../domain/device.ts";
import { Failure, type FieldError } from "../domain/failures.ts";
import type { LeftOut } from "../domain/mapping/scope.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreReader } from "../domain/ports.ts";
import type { SettingsCheck } from "../domain/settings.ts";
import type { Sealer } from "../security/sealer.ts";
import { hasLine } from "./changes/restoring.ts";
import type { Desks } from "./desk/desk.ts";
import { emergencyNumbers, extensionErrors } from "./desk/emergency.ts";
import { overlaid } from "./desk/overlay.ts";
import { namesLine } from "./devices/key-layout-rules.ts";
import { audited, causeOf, type Edit, mergeMap, nameTaken, readForEdit } from "./editing.ts";
import { finding, refuseIf } from "./refusals.ts";
import type { Revisions } from "./revisions/revisions.ts";
import { sealLineSecret, sealSettings } from "./sealing.ts";

/** What a caller may say of a line. `secret` is write-only. */
export interface LineChange {
  readonly id?: string;
  readonly extension?: string;
  readonly userId?: string;
  readonly authId?: string | null;
  readonly secret?: string;
  readonly displayName?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface Lines {
  /** `userId` is the extension and `secret` is generated when they are not given. Fails with INVALID or CONFLICT. */
  add(edit: Edit, change: LineChange): Promise<StoredDocument<Line>>;
  change(edit: Edit, id: string, change: LineChange): Promise<StoredDocument<Line>>;
  /** Fails with CONFLICT while a device has it, as a line or on a key, or a preset on one of its keys. */
  remove(edit: Edit, id: string): Promise<void>;
}

export interface LineParts {
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly desks: Desks;
  readonly sealer: Sealer;
  readonly revisions: Revisions;
  readonly checkSettings: SettingsCheck;
  /** A secret that every family can carry. */
  readonly newSecret: () => string;
  readonly clock: Clock;
}

/** What it takes to know what a change makes of a line, and what is wrong with that. */
export type LineRules = Omit<LineParts, "store" | "revisions" | "clock">;

const kind = "line";

export function createLines(parts: LineParts): Lines {
  const { store, revisions, clock } = parts;

  async function write(edit: Edit, id: string, change: LineChange, isNew: boolean): Promise<StoredDocument<Line>> {
    const key = { organization: edit.organization, kind, id };
    let touched: readonly StoredDocument<Device>[] = [];
    const written = await store
      .transaction(async (transaction) => {
        const before = isNew ? undefined : (await readForEdit<Line>(transaction, key, edit)).body;
        const line = await checked(parts, transaction, edit, { before, change, key });
        const unique = [`extension:${edit.organization}:${line.extension}`];
        const stored = await transaction.put(key, line, { unique, ...(isNew && { expect: 0 }) });
        touched = isNew ? [] : await devicesWith(transaction, edit.organization, id);
        refuseIf(await beyondPhones(parts, transaction, touched, id));
        audited(transaction, clock, edit, isNew ? "line.add" : "line.change", key, Object.keys(change));
        return stored;
      })
      .catch((error: unknown) => {
        throw taken(error, id, change, isNew);
      });
    await revisions.refresh(touched, causeOf(edit, isNew ? "line.add" : "line.change", id));
    return written;
  }

  return {
    add: (edit, change) => write(edit, change.id ?? ulid(clock()), change, true),
    change: (edit, id, change) => write(edit, id, change, false),
    async remove(edit, id) {
      const key = { organization: edit.organization, kind, id };
      await store.transaction(async (transaction) => {
        await readForEdit<Line>(transaction, key, edit);
        const [user] = await devicesWith(transaction, edit.organization, id);
        if (user) throw new Failure("CONFLICT", `device ${user.id} has this line; take it off first`);
        const presets = await transaction.find<LayerDocument>({ organization: edit.organization, kind: "preset" });
        const preset = presets.find(({ body }) => namesLine(body.keys, id));
        if (preset) throw new Failure("CONFLICT", `preset ${preset.id} has a key for this line; take it off first`);
        await transaction.delete(key);
        audited(transaction, clock, edit, "line.remove", key);
      });
    },
  };
}

/** The line as a change would make it; fails as the change itself would, and writes nothing. */
export async function proposeLine(
  parts: LineRules,
  reader: StoreReader,
  edit: Edit,
  id: string,
  change: LineChange,
): Promise<{ readonly line: StoredDocument<Line>; readonly devices: readonly StoredDocument<Device>[] }> {
  const key = { organization: edit.organization, kind, id };
  const before = await readForEdit<Line>(reader, key, edit);
  const line = { ...before, body: await checked(parts, reader, edit, { before: before.body, change, key }) };
  const { extension } = line.body;
  const holder = await reader.holder(`extension:${edit.organization}:${extension}`);
  if (holder && holder.id !== id) throw extensionTaken(extension);
  const devices = await devicesWith(reader, edit.organization, id);
  refuseIf(await beyondPhones(parts, overlaid(reader, [line]), devices, id));
  return { line, devices };
}

function extensionTaken(extension: string): Failure {
  const detail = `the extension ${extension} is taken`;
  return new Failure("CONFLICT", detail, { errors: [finding("/extension", "taken", detail)] });
}

interface LineEdit {
  readonly key: DocumentKey;
  readonly before: Line | undefined;
  readonly change: LineChange;
}

/** The line as it will be. One whose extension begins with an emergency number could never be dialled to its end. */
async function checked(
  parts: LineRules,
  reader: StoreReader,
  { organization }: Edit,
  { before, change, key }: LineEdit,
): Promise<Line> {
  refuseIf(parts.checkSettings(change.settings ?? {}, "line", "/settings"));
  const line = merge(parts, key, before, change);
  if (before?.extension === line.extension) return line;
  refuseIf(extensionErrors(line.extension, await emergencyNumbers(parts.catalogue, reader, organization)));
  return line;
}

function taken(error: unknown, id: string, { extension }: LineChange, isNew: boolean): unknown {
  if (isNew && error instanceof Failure && error.code === "STALE") {
    const errors = [finding("/id", "taken", "is there already")];
    return new Failure("CONFLICT", `line ${id} is there already`, { errors });
  }
  return nameTaken(error, "/extension", `the extension ${extension} is taken`);
}

type Mutable = { -readonly [Field in keyof Line]: Line[Field] };

function merge(parts: LineRules, key: DocumentKey, before: Line | undefined, change: LineChange): Line {
  const { authId, secret, settings, ...plain } = change;
  const extension = change.extension ?? before?.extension;
  if (extension === undefined) throw missingField("/extension");
  const kept = before ?? { userId: extension, displayName: extension, settings: {} };
  const line: Mutable = { ...kept, ...plain, id: key.id, extension, secret: secretOf(parts, key, before, secret) };
  if (authId === null) delete line.authId;
  else if (authId !== undefined) line.authId = authId;
  if (settings) line.settings = mergeMap(kept.settings, sealSettings(parts.sealer, key, settings));
  return line;
}

function secretOf(
  { newSecret, sealer }: LineRules,
  key: DocumentKey,
  before: Line | undefined,
  given: string | undefined,
): string {
  if (given === undefined && before) return before.secret;
  return sealLineSecret(sealer, key, given ?? newSecret());
}

function missingField(pointer: string): Failure {
  return new Failure("INVALID", `${pointer.slice(1)}: is missing`, {
    errors: [finding(pointer, "missing", "is missing")],
  });
}

/** Devices that have the line, or a key for it. */
async function devicesWith(reader: StoreReader, organization: string, id: string) {
  const devices = await reader.find<Device>({ organization, kind: "device" });
  return devices.filter(({ body }) => hasLine(body, id));
}

/** What a phone that has this line could not be told any more. */
async function beyondPhones(
  { desks }: LineRules,
  reader: StoreReader,
  devices: readonly StoredDocument<Device>[],
  id: string,
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const device of devices) {
    const at = device.body.lines.indexOf(id) + 1;
    const { leftOut, model } = await desks.read(reader, device);
    for (const each of leftOut)
      if (each.layer === "line" && each.line === at) errors.push(refusal(each, device.id, model.id));
  }
  return errors;
}

function refusal({ name, reason }: LeftOut, mac: string, model: string): FieldError {
  const pointer = name.startsWith("line.") ? `/${name.slice("line.".length)}` : `/settings/${name}`;
  return finding(pointer, "not-carried", `${reason}; phone ${mac} (${model}) has this line`);
}
