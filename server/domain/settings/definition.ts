import Type, { type TSchema } from "typebox";

const layerNames = ["family", "model", "organization", "site", "preset", "user", "device", "line"] as const;
/** Where a value comes from; later wins. */
export type LayerName = (typeof layerNames)[number];

/** One named, typed option of Offhook; never of a vendor. */
export interface SettingDefinition {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly unit?: string;
  readonly schema: TSchema;
  /** What holds when no layer says anything else; shown as coming from the family. */
  readonly default?: unknown;
  /** Sealed at rest, write-only in the API, masked in previews. */
  readonly secret?: true;
  /** May differ from line to line of one phone. */
  readonly perLine?: true;
  /** Layers that may set it; all that people edit when absent. */
  readonly layers?: readonly LayerName[];
}

/** RFC 1123 host name, IPv4, or IPv6 without brackets. */
export const host = Type.String({
  pattern:
    "^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$|^(?!.*::.*::)(?!.*:::)(?=.*[0-9a-fA-F])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]{0,15}$",
});
export const port = Type.Integer({ minimum: 1, maximum: 65535 });
/** What a keypad can dial. */
export const dialString = Type.String({ pattern: "^[0-9*#+]{1,39}$" });
