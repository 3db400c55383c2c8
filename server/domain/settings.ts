import { type Check, escapePointer, fieldErrors, prepareCheck } from "./check.ts";
import type { FieldError } from "./failures.ts";
import { nearest } from "./nearest.ts";
import { accessSettings } from "./settings/access.ts";
import { callSettings, codeSettings, forwardSettings } from "./settings/calls.ts";
import type { LayerName, SettingDefinition } from "./settings/definition.ts";
import { dialSettings } from "./settings/dial.ts";
import { diagnosticSettings, directorySettings } from "./settings/directory.ts";
import { displaySettings, timeSettings } from "./settings/display.ts";
import { blfSettings, pagingSettings, softKeySettings } from "./settings/keys.ts";
import { networkSettings, wifiSettings } from "./settings/network.ts";
import { locationSettings, siteSettings } from "./settings/pbx.ts";
import { firmwareSettings, provisioningSettings } from "./settings/provisioning.ts";
import { pushSettings } from "./settings/push.ts";
import { natSettings, sipSettings } from "./settings/sip.ts";
import { soundSettings, toneSettings } from "./settings/sound.ts";
import { voicemailSettings, voiceSettings } from "./settings/voice.ts";

export const settingDefinitions: ReadonlyMap<string, SettingDefinition> = new Map(
  [
    ...siteSettings,
    ...sipSettings,
    ...natSettings,
    ...voiceSettings,
    ...voicemailSettings,
    ...dialSettings,
    ...callSettings,
    ...forwardSettings,
    ...codeSettings,
    ...blfSettings,
    ...softKeySettings,
    ...pagingSettings,
    ...toneSettings,
    ...soundSettings,
    ...displaySettings,
    ...timeSettings,
    ...accessSettings,
    ...networkSettings,
    ...wifiSettings,
    ...directorySettings,
    ...diagnosticSettings,
    ...provisioningSettings,
    ...firmwareSettings,
    ...pushSettings,
    ...locationSettings,
  ].map((each) => [each.name, each]),
);

/** One layer's say: plain (unsealed) values by setting name. */
export interface SettingsLayer {
  readonly layer: LayerName;
  /** Which document spoke: a site's id, a preset's, … */
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ResolvedSetting {
  readonly value: unknown;
  readonly layer: LayerName;
  readonly id: string;
}

export type ResolvedSettings = ReadonlyMap<string, ResolvedSetting>;

/** Every setting that has a value, with the layer it came from; layers in their order, later wins. */
export function resolveSettings(layers: readonly SettingsLayer[]): ResolvedSettings {
  const resolved = new Map<string, ResolvedSetting>();
  for (const [name, { default: value }] of settingDefinitions) {
    if (value !== undefined) resolved.set(name, { value, layer: "family", id: "offhook" });
  }
  return overlay(resolved, layers);
}

/** The settings as one line of the phone has them: those of the device with the line's own laid over. */
export function overlay(below: ResolvedSettings, layers: readonly SettingsLayer[]): ResolvedSettings {
  // The same object where nothing is laid over: what is worked out for it holds for every phone that shares it.
  if (layers.every(({ settings }) => Object.keys(settings).length === 0)) return below;
  const resolved = new Map(below);
  for (const { layer, id, settings } of layers) {
    for (const [name, value] of Object.entries(settings)) resolved.set(name, { value, layer, id });
  }
  return resolved;
}

/** What is wrong with the settings somebody gives to a layer. Null is always right: it takes the value away. */
export type SettingsCheck = (
  settings: Readonly<Record<string, unknown>>,
  layer: LayerName,
  base: string,
) => FieldError[];

/** What the values of some settings name; each says whether there is such a thing. */
export interface KnownNames {
  readonly zone: (name: string) => boolean;
  readonly country: (code: string) => boolean;
}

export function createSettingsCheck(known: KnownNames): SettingsCheck {
  const checks = new Map<string, Check>(
    [...settingDefinitions].map(([name, each]) => [name, prepareCheck(each.schema)]),
  );
  function checkValue(name: string, value: unknown, pointer: string): FieldError[] {
    const errors = fieldErrors(checks.get(name) as Check, value, pointer);
    if (errors.length > 0) return errors;
    if (name === "time.zone" && !known.zone(String(value))) {
      return [{ pointer, code: "unknown-zone", detail: `there is no time zone "${value}"` }];
    }
    if (name !== "country" || known.country(String(value))) return [];
    return [{ pointer, code: "unknown-country", detail: `the country "${value}" is not known to Offhook` }];
  }
  return (settings, layer, base) =>
    Object.entries(settings).flatMap(([name, value]) => {
      const pointer = `${base}/${escapePointer(name)}`;
      if (!checks.has(name)) return [unknownSetting(name, pointer)];
      if (value === null) return [];
      const misplaced = placement(name, layer, pointer);
      return misplaced ? [misplaced] : checkValue(name, value, pointer);
    });
}

function unknownSetting(name: string, pointer: string): FieldError {
  const near = nearest(name, settingDefinitions.keys());
  const detail = `there is no setting "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
  return { pointer, code: "unknown-setting", detail };
}

function placement(name: string, layer: LayerName, pointer: string): FieldError | undefined {
  const definition = settingDefinitions.get(name);
  if (definition?.layers && !definition.layers.includes(layer)) {
    return { pointer, code: "wrong-layer", detail: `"${name}" is set at: ${definition.layers.join(", ")}` };
  }
  if (layer === "line" && !definition?.perLine) {
    return { pointer, code: "wrong-layer", detail: `"${name}" is the same for all lines of a phone` };
  }
  return undefined;
}
