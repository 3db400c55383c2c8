import Type, { type Static } from "typebox";
import { keyTypes } from "./key-types.ts";
import type { Mac } from "./mac.ts";
import { plainText } from "./text.ts";

/** Ids are ULIDs unless a caller gives one. */
export const Id = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description: "letters, digits, . _ -" });

/** Settings of a layer: dotted names to values; PATCH merges, null gives a value back to the layer below. */
export const SettingsMap = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 500 });
export type SettingsMap = Readonly<Record<string, unknown>>;

/** Vendor names and values laid over what the mapping made. */
export const RawMap = Type.Record(Type.String({ maxLength: 200 }), Type.Union([plainText(4096), Type.Null()]), {
  maxProperties: 500,
});
export type RawMap = Readonly<Record<string, string>>;

/** What a key may point at. */
const targets = [
  Type.Object({ line: Id }, { additionalProperties: false }),
  Type.Object({ number: Type.String({ pattern: "^[0-9*#+]{1,39}$" }) }, { additionalProperties: false }),
  Type.Object(
    { url: Type.String({ pattern: '^https?://[^\\s@"<>;]{1,240}$', description: "for keys of type service" }) },
    { additionalProperties: false },
  ),
] as const;

export const Key = Type.Object(
  {
    position: Type.Integer({ minimum: 1, maximum: 200, description: "place on the phone or module, from 1" }),
    module: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3, description: "expansion module, from 1; absent: the phone" }),
    ),
    type: Type.Enum([...keyTypes]),
    target: Type.Optional(Type.Union([...targets])),
    label: Type.Optional(plainText(40)),
  },
  { additionalProperties: false },
);
export type Key = Static<typeof Key>;

/** A key of a preset: like a device's, but a line key names the phone's own line by its number. */
export const PresetKey = Type.Object(
  {
    ...Key.properties,
    target: Type.Optional(
      Type.Union([
        Type.Object(
          { own: Type.Integer({ minimum: 1, maximum: 200, description: "the phone's own line, from 1" }) },
          { additionalProperties: false },
        ),
        ...targets,
      ]),
    ),
  },
  { additionalProperties: false },
);
export type PresetKey = Static<typeof PresetKey>;

export const deviceStates = ["staged", "ready", "disabled", "retired"] as const;
export type DeviceState = (typeof deviceStates)[number];

/** What is stored of a device. Its id in the store is its MAC. */
export interface Device {
  readonly mac: Mac;
  /** Made when it is added, so that one that is added again is told from the one before. */
  readonly born: string;
  readonly model: string;
  readonly site: string;
  readonly serial?: string;
  readonly label?: string;
  readonly preset?: string;
  /** Ids of lines, in the order of the phone's own line numbers. */
  readonly lines: readonly string[];
  readonly keys: readonly Key[];
  /** Expansion modules, from the phone outwards, by the type names of the model. */
  readonly modules: readonly string[];
  readonly settings: SettingsMap;
  readonly raw: RawMap;
  readonly state: DeviceState;
  /** True from the first time it was `ready`: from then on it gets its own file or none. */
  readonly wasReady: boolean;
}

/** What is stored of a line. `secret` and secret settings are sealed. */
export interface Line {
  readonly id: string;
  readonly extension: string;
  readonly userId: string;
  readonly authId?: string;
  readonly secret: string;
  readonly displayName: string;
  readonly settings: SettingsMap;
}

/** A layer that people edit: the organization itself, a site, a preset. Raw values are named a family. */
export interface LayerDocument {
  readonly id: string;
  readonly name: string;
  readonly settings: SettingsMap;
  /** Raw values by family; secret ones are sealed. */
  readonly raw?: Readonly<Record<string, RawMap>>;
  /** A key layout; only presets have one. */
  readonly keys?: readonly PresetKey[];
}
