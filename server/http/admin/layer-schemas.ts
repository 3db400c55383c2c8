import Type, { type Static } from "typebox";
import { Id, type LayerDocument, SettingsMap } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { plainText } from "../../domain/text.ts";
import type { Masking } from "./parts.ts";

const strict = { additionalProperties: false } as const;

/** PATCH: names that are not given stay; null gives a value back to the layer below. */
export const Version = Type.Integer({ minimum: 1, description: "version that was seen; 409 when there is another" });

const name = plainText(80, { min: 1 });

export const NewLayer = Type.Object(
  { id: Type.Optional(Id), name: Type.Optional(name), settings: Type.Optional(SettingsMap) },
  strict,
);

export const LayerPatch = Type.Object(
  { name: Type.Optional(name), settings: Type.Optional(SettingsMap), version: Type.Optional(Version) },
  strict,
);

export const OrganizationPatch = Type.Object({ settings: SettingsMap, version: Type.Optional(Version) }, strict);

/** An organization, site or preset as it is answered; secrets are masked. */
export const Layer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  version: Type.Integer(),
});

export function layerView({ maskSettings }: Masking, document: StoredDocument<LayerDocument>): Static<typeof Layer> {
  const { id, name: called, settings } = document.body;
  return { id, name: called, settings: maskSettings(settings), version: document.version };
}
