import type { Catalogue } from "../../catalogue/catalogue.ts";
import { escapePointer } from "../../domain/check.ts";
import type { LayerDocument, PresetKey, RawMap } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { DocumentKey, StoreReader } from "../../domain/ports.ts";
import type { SettingsCheck } from "../../domain/settings.ts";
import type { Sealer } from "../../security/sealer.ts";
import { emergencyErrors } from "../desk/emergency.ts";
import { layoutErrors, layoutLineErrors } from "../devices/key-layout-rules.ts";
import { rawErrors } from "../devices/raw-rules.ts";
import { mergeMap } from "../editing.ts";
import { finding } from "../refusals.ts";
import { openRaw, sealRaw, sealSettings } from "../sealing.ts";

export type LayerKind = "organization" | "site" | "preset";

/** What a caller may say of a layer. Maps merge, null takes a value away; `keys` replaces the layout of a preset. */
export interface LayerChange {
  readonly id?: string;
  readonly name?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** By family. */
  readonly raw?: Readonly<Record<string, Readonly<Record<string, string | null>> | null>>;
  readonly keys?: readonly PresetKey[] | null;
  /** Lets raw names pass that the vocabulary does not know. */
  readonly force?: boolean;
}

export interface LayerRules {
  readonly catalogue: Catalogue;
  readonly sealer: Sealer;
  readonly checkSettings: SettingsCheck;
}

/** What is wrong with a change, whatever else is stored. */
export function layerErrors(
  { catalogue, checkSettings }: LayerRules,
  kind: LayerKind,
  change: LayerChange,
): FieldError[] {
  return [
    ...checkSettings(change.settings ?? {}, kind, "/settings"),
    ...familyRawErrors(catalogue, change),
    ...layoutErrors(change.keys ?? []),
  ];
}

/** What other documents speak against; `reader` sees the layer as it will be. */
export async function layerDocumentErrors(
  { catalogue }: LayerRules,
  reader: StoreReader,
  organization: string,
  { settings = {}, keys }: LayerChange,
): Promise<FieldError[]> {
  const lines = await layoutLineErrors(reader, organization, keys ?? []);
  return [...lines, ...(await emergencyErrors(catalogue, reader, organization, settings))];
}

function familyRawErrors(catalogue: Catalogue, { raw = {}, force = false }: LayerChange): FieldError[] {
  return Object.entries(raw).flatMap(([family, values]) => {
    const at = `/raw/${escapePointer(family)}`;
    if (!catalogue.families.some(({ id }) => id === family)) {
      return [finding(at, "unknown-family", `there is no family "${family}"`)];
    }
    const errors = rawErrors(values ?? {}, catalogue, family, force);
    return errors.map((error) => ({ ...error, pointer: error.pointer.replace("/raw", at) }));
  });
}

/** The layer as a change makes it, secrets sealed. */
export function mergeLayer(
  rules: LayerRules,
  key: DocumentKey,
  before: LayerDocument,
  change: LayerChange,
): LayerDocument {
  const { raw: rawBefore, keys: keysBefore, ...plain } = before;
  const settings = mergeMap(before.settings, sealSettings(rules.sealer, key, change.settings ?? {}));
  const raw = mergeRaw(rules, key, rawBefore ?? {}, change.raw ?? {});
  const keys = change.keys === undefined ? keysBefore : (change.keys ?? undefined);
  return {
    ...plain,
    name: change.name ?? before.name,
    settings,
    ...(Object.keys(raw).length > 0 && { raw }),
    ...(keys && { keys }),
  };
}

function mergeRaw(
  { catalogue, sealer }: LayerRules,
  key: DocumentKey,
  before: Readonly<Record<string, RawMap>>,
  change: NonNullable<LayerChange["raw"]>,
): Record<string, RawMap> {
  const merged: Record<string, RawMap> = { ...before };
  for (const [family, values] of Object.entries(change)) {
    const { isSecret } = catalogue.family(family).vocabularyTable;
    const plain = openRaw(sealer, key, before[family] ?? {});
    const after = values === null ? {} : mergeMap<string>(plain, values);
    if (Object.keys(after).length === 0) delete merged[family];
    else merged[family] = sealRaw(sealer, key, after, isSecret) as RawMap;
  }
  return merged;
}
