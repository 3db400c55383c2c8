import Type, { type TSchema } from "typebox";

const layerNames = [
  "family",
  "model",
  "country",
  "pbx",
  "organization",
  "site",
  "preset",
  "user",
  "device",
  "line",
] as const;
/** Where a value comes from; later wins. `country` and `pbx` are what those two settings bring with them. */
export type LayerName = (typeof layerNames)[number];

export const settingGroups = [
  "Site",
  "SIP account",
  "NAT",
  "Voice",
  "Voice mail",
  "Dialling",
  "Calls",
  "Forwarding and do not disturb",
  "Star codes",
  "Busy lamps",
  "Soft keys",
  "Paging",
  "Tones",
  "Sound",
  "Display",
  "Time",
  "Access",
  "Network",
  "Wi-Fi",
  "Directory and services",
  "Diagnostics",
  "Provisioning",
  "Firmware",
  "Push",
  "Location",
] as const;
export type SettingGroup = (typeof settingGroups)[number];

/** Definitions as a file of a group states them. */
export type GroupedDefinition = Omit<SettingDefinition, "group">;

export function inGroup(group: SettingGroup, definitions: readonly GroupedDefinition[]): readonly SettingDefinition[] {
  return definitions.map((each) => ({ ...each, group }));
}

/** One named, typed option of Offhook; never of a vendor. */
export interface SettingDefinition {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly unit?: string;
  /** Heading that it stands under in the portal and in docs/settings.md. */
  readonly group: SettingGroup;
  readonly schema: TSchema;
  /** What holds when no layer says anything else; shown as coming from the family. */
  readonly default?: unknown;
  /** Sealed at rest, write-only in the API, masked in previews. */
  readonly secret?: true;
  /** May differ from line to line of one phone. */
  readonly perLine?: true;
  /** Decides something inside of Offhook: no phone is told it under a name of its own. */
  readonly own?: true;
  /** Layers that may set it; all that people edit when absent. */
  readonly layers?: readonly LayerName[];
}

/** RFC 1123 host name, IPv4, or IPv6 without brackets. */
export const host = Type.String({
  pattern:
    "^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$|^(?!.*::.*::)(?!.*:::)(?=.*[0-9a-fA-F])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]{0,15}$",
});
export const port = Type.Integer({ minimum: 1, maximum: 65535 });
export const seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
/** A web address; credentials have no place in it. */
export const url = Type.String({ pattern: '^https?://[^\\s@"<>]{1,240}$' });
/** What a keypad can dial. */
export const dialString = Type.String({ pattern: "^[0-9*#+]{1,39}$" });
