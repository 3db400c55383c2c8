import Type, { type Static } from "typebox";
import { Id, type LayerDocument, PresetKey, RawMap, SettingsMap } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { plainText } from "../../domain/text.ts";
import type { LayerTrial } from "../../office/bulk/layers.ts";
import { dryRun, Report, reportView } from "./bulk-schemas.ts";
import { Notice, noticesOf } from "./layer-notices.ts";
import type { AdminParts } from "./parts.ts";

const strict = { additionalProperties: false } as const;

/** PATCH: names that are not given stay; null gives a value back to the layer below. */
export const Version = Type.Integer({ minimum: 1, description: "version that was seen; 409 when there is another" });

const name = plainText(80, { min: 1 });

export const Force = Type.Object(
  { force: Type.Optional(Type.Boolean({ description: "lets raw names pass that the vocabulary does not know" })) },
  strict,
);

const raw = Type.Optional(
  Type.Record(Type.String({ maxLength: 100 }), Type.Union([RawMap, Type.Null()]), {
    maxProperties: 50,
    description: "vendor names and values by family; they merge, null removes",
  }),
);
const keys = Type.Array(PresetKey, { maxItems: 500 });

const added = { id: Type.Optional(Id), name: Type.Optional(name), settings: Type.Optional(SettingsMap), raw };
const changed = { name: Type.Optional(name), settings: Type.Optional(SettingsMap), raw };
const version = Type.Optional(Version);

/** What a new site or preset may say. */
export const NewLayer = {
  site: Type.Object(added, strict),
  preset: Type.Object({ ...added, keys: Type.Optional(keys) }, strict),
};

export const LayerPatch = {
  site: Type.Object({ ...changed, version }, strict),
  preset: Type.Object({ ...changed, keys: Type.Optional(Type.Union([keys, Type.Null()])), version }, strict),
};

export const OrganizationPatch = Type.Object({ settings: SettingsMap, raw, version }, strict);

/** Of every change of a layer. */
export const LayerQuery = Type.Object({ ...Force.properties, dryRun }, strict);

/** An organization, site or preset as it is answered; secrets are masked. */
export const Layer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  raw: Type.Record(Type.String(), Type.Record(Type.String(), Type.String()), { description: "by family" }),
  keys: Type.Optional(keys),
  version: Type.Integer(),
  notices: Type.Array(Notice, { description: "what not every phone can be told, family by family" }),
  wouldChange: Type.Optional(Report),
});

export function layerView(
  parts: Pick<AdminParts, "catalogue" | "masking">,
  document: StoredDocument<LayerDocument>,
): Static<typeof Layer> {
  const { id, name: called, settings, raw: values = {}, keys: layout } = document.body;
  return {
    id,
    name: called,
    settings: parts.masking.maskSettings(settings),
    raw: maskFamilies(parts, values),
    ...(layout && { keys: [...layout] }),
    version: document.version,
    notices: noticesOf(parts, settings),
  };
}

function maskFamilies(
  { catalogue, masking }: Pick<AdminParts, "catalogue" | "masking">,
  raw: NonNullable<LayerDocument["raw"]>,
) {
  return Object.fromEntries(
    Object.entries(raw).map(([id, values]) => {
      // Of a family that is in no profile any more nothing is known to be harmless.
      const family = catalogue.families.find((each) => each.id === id);
      return [id, masking.maskRaw(values, family?.vocabularyTable.isSecret ?? (() => true))];
    }),
  );
}

/** What a change of a layer would do, as it is answered. */
export function layerTrialView(
  parts: Pick<AdminParts, "catalogue" | "masking">,
  { document, report }: LayerTrial,
): Static<typeof Layer> {
  return { ...layerView(parts, document), wouldChange: reportView(report) };
}
