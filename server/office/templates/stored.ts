import { Failure } from "../../domain/failures.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import type { EarlierTemplate, OwnTemplate, TemplateDocument, TemplateHistory } from "../../domain/template.ts";
import { audited, type Edit, readForEdit } from "../editing.ts";

const kind = "template";
const mostVersions = 20;
/** Of all earlier sources together. */
const mostBytes = 512 * 1024;

/** What becomes of a template: the own one in force from now on, or none. */
export interface TemplateChange {
  readonly action: "save" | "revert" | "remove";
  readonly own?: OwnTemplate;
  readonly note?: string;
}

/** By name, also those that went back to the shipped one. */
export type StoredTemplates = ReadonlyMap<string, StoredDocument<TemplateDocument>>;

export async function readTemplates(reader: StoreReader, organization: string): Promise<StoredTemplates> {
  const found = await reader.find<TemplateDocument>({ organization, kind });
  return new Map(found.map((each) => [each.id, each]));
}

/** Versions that are no more, the latest first. */
export async function readEarlier(
  reader: StoreReader,
  organization: string,
  name: string,
): Promise<readonly EarlierTemplate[]> {
  return (await reader.get<TemplateHistory>(historyKey({ organization, kind, id: name })))?.body.versions ?? [];
}

/**
 * Writes a template and keeps the version before. Fails with CONFLICT when another template of the organization is not
 * as it was when this one was checked: together they were never tried.
 */
export async function writeTemplate(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  edit: Edit,
  name: string,
  { action, own, note }: TemplateChange,
  checkedWith: StoredTemplates,
): Promise<void> {
  const { organization, actor } = edit;
  const key = { organization, kind, id: name };
  await store.transaction(async (transaction) => {
    const before = await seenBy(transaction, key, edit);
    const now = await readTemplates(transaction, organization);
    if (othersOf(now, name) !== othersOf(checkedWith, name)) {
      throw new Failure("CONFLICT", "another template was changed meanwhile; look again and repeat the change");
    }
    if (before) {
      const versions = await readEarlier(transaction, organization, name);
      const kept = bounded([{ ...before.body, version: before.version }, ...versions]);
      await transaction.put<TemplateHistory>(historyKey(key), { versions: kept });
    }
    audited(transaction, clock, edit, `template.${action}`, key, own ? ["source"] : []);
    const at = new Date(clock()).toISOString();
    await transaction.put<TemplateDocument>(key, {
      ...(own && { own }),
      ...(note !== undefined && { note }),
      at,
      actor,
    });
  });
}

function historyKey({ organization, id }: DocumentKey): DocumentKey {
  return { organization, kind: "template-history", id };
}

async function seenBy(transaction: StoreTransaction, key: DocumentKey, edit: Edit) {
  const before = await transaction.get<TemplateDocument>(key);
  if (before) return await readForEdit<TemplateDocument>(transaction, key, edit);
  if (edit.ifMatch === undefined && edit.seen === undefined) return undefined;
  throw new Failure("STALE", "there is no own version yet");
}

function othersOf(templates: StoredTemplates, name: string): string {
  return JSON.stringify([...templates].flatMap(([id, { version }]) => (id === name ? [] : [[id, version]])));
}

function bounded(versions: readonly EarlierTemplate[]): readonly EarlierTemplate[] {
  let bytes = 0;
  return versions.slice(0, mostVersions).filter(({ own }) => {
    bytes += Buffer.byteLength(own?.source ?? "");
    return bytes <= mostBytes;
  });
}
