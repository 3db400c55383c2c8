import type { Catalogue } from "../../catalogue/catalogue.ts";
import { escapePointer } from "../../domain/check.ts";
import type { Device, Key } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import { isLineKey, type KeyType, keyNeeds } from "../../domain/key-types.ts";
import { layOutKeys } from "../../domain/keys.ts";
import type { Plan } from "../../domain/mapping/plan.ts";
import type { LeftOut } from "../../domain/mapping/scope.ts";
import type { FamilyProfile, ModelProfile } from "../../domain/model.ts";
import { nearest } from "../../domain/nearest.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import { finding } from "../refusals.ts";

/** What the model's case and firmware allow: lines, keys, modules. Pure; the documents named are checked elsewhere. */
export function caseErrors({ lines, keys, modules }: Device, model: ModelProfile): FieldError[] {
  return [...lineErrors(lines, model), ...moduleErrors(modules, model), ...keyErrors(keys, modules, lines, model)];
}

function lineErrors(lines: readonly string[], { id, has }: ModelProfile): FieldError[] {
  const doubled = lines.flatMap((line, index) =>
    lines.indexOf(line) === index ? [] : [finding(`/lines/${index}`, "doubled", "this line stands twice")],
  );
  if (lines.length <= has.lines) return doubled;
  return [...doubled, finding("/lines", "too-many", `${id} has ${has.lines} lines, not ${lines.length}`)];
}

function moduleErrors(modules: readonly string[], { id, has }: ModelProfile): FieldError[] {
  const types = Object.keys(has.modules.types);
  const unknown = modules.flatMap((type, index) =>
    types.includes(type)
      ? []
      : [finding(`/modules/${index}`, "unknown", `${id} takes ${types.join(", ") || "no module"}, not ${type}`)],
  );
  if (unknown.length > 0) return unknown;
  if (modules.length > has.modules.most)
    return [finding("/modules", "too-many", `${id} takes ${has.modules.most} modules`)];
  return new Set(modules).size > 1 ? [finding("/modules", "mixed", "all modules of a phone are of one type")] : [];
}

function keyErrors(
  keys: readonly Key[],
  modules: readonly string[],
  lines: readonly string[],
  model: ModelProfile,
): FieldError[] {
  const places = new Set<string>();
  return keys.flatMap((key, index) => {
    const place = `${key.module ?? 0}/${key.position}`;
    const doubled = places.has(place);
    places.add(place);
    const at = `/keys/${index}`;
    if (doubled) return [finding(`${at}/position`, "doubled", "two keys stand at this place")];
    return [...placeErrors(key, modules, model, at), ...kindErrors(key, lines, model, at)];
  });
}

function placeErrors({ module = 0, position }: Key, modules: readonly string[], { id, has }: ModelProfile, at: string) {
  if (module > modules.length) {
    return [finding(`${at}/module`, "no-such-module", `this phone has ${modules.length} modules, not ${module}`)];
  }
  const type = modules[module - 1];
  const most = type === undefined ? has.keys : (has.modules.types[type]?.keys ?? 0);
  const where = type === undefined ? id : `module ${type}`;
  return position > most
    ? [finding(`${at}/position`, "no-such-key", `${where} has ${most} keys, not ${position}`)]
    : [];
}

function kindErrors(key: Key, lines: readonly string[], { id, has }: ModelProfile, at: string): FieldError[] {
  const { type, target } = key;
  if (!has.keyTypes.includes(type)) {
    return [
      finding(`${at}/type`, "not-carried", `${id} has keys of type ${has.keyTypes.join(", ") || "none"}, not ${type}`),
    ];
  }
  return targetErrors(type, target, lines, at);
}

function targetErrors(type: KeyType, target: Key["target"], lines: readonly string[], at: string): FieldError[] {
  const { required, targets } = keyNeeds[type];
  const wanted = targets.join(" or ") || "nothing";
  if (target === undefined) {
    return required ? [finding(`${at}/target`, "missing", `a key of type ${type} points at: ${wanted}`)] : [];
  }
  const [kind = ""] = Object.keys(target);
  if (!targets.some((each) => each === kind)) {
    return [finding(`${at}/target`, "not-possible", `a key of type ${type} points at: ${wanted}, not at a ${kind}`)];
  }
  if (!isLineKey(type) || !("line" in target) || lines.includes(target.line)) return [];
  return [finding(`${at}/target/line`, "not-on-this-phone", `line ${target.line} is not one of this phone's lines`)];
}

/** Settings given to the device itself that its model is not told, under any name. */
export function notCarried(
  settings: Readonly<Record<string, unknown>>,
  { title }: ModelProfile,
  { carried }: Plan,
): FieldError[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    value === null || carried.has(name) || settingDefinitions.get(name)?.own
      ? []
      : [finding(`/settings/${escapePointer(name)}`, "not-carried", `not on this phone: ${title} has no such option`)],
  );
}

/**
 * A line that no key shows, on families whose lines live on keys: such a phone would not register it, and say nothing.
 */
export function lineWithoutKey(device: Device, model: ModelProfile, { mapping }: FamilyProfile): FieldError[] {
  const onKeys = mapping.some(({ from, to }) => from === "line.secret" && /\{key\}|\{button\}/.test(to));
  if (!onKeys) return [];
  const shown = new Set(
    layOutKeys(device, model).flatMap(({ key }) => (key && isLineKey(key.type) ? (key.line ?? []) : [])),
  );
  return device.lines.flatMap((line, index) =>
    shown.has(line)
      ? []
      : [finding("/keys", "no-key", `line ${index + 1} (${line}) has no key left, and would not register`)],
  );
}

/** What the phone can't be told although it was given to this very device; what it inherits is only reported. */
export function leftOutErrors(leftOut: readonly LeftOut[]): FieldError[] {
  return leftOut.flatMap(({ name, layer, reason, line, key }) => {
    if (key !== undefined) {
      const field = name.startsWith("key.") ? `/${name.slice("key.".length)}` : "";
      return [finding(`/keys/${key}${field}`, "not-carried", reason)];
    }
    if (layer === "line")
      return [
        finding(`/lines/${(line ?? 1) - 1}`, "not-carried", `${name.replace("line.", "")} of the line ${reason}`),
      ];
    return layer === "device" ? [finding(`/settings/${escapePointer(name)}`, "not-carried", reason)] : [];
  });
}

export function unknownModel(id: string, catalogue: Catalogue): FieldError {
  const ids = catalogue.models.map((model) => model.id);
  // People say 8845, and there are two of them.
  const named = ids.filter((each) => /[\w-]+$/.exec(each)?.[0].replace(/-3pcc$/, "") === id.toLowerCase());
  const near = named.length > 0 ? named : [nearest(id, ids) ?? []].flat();
  const hint = near.length === 0 ? "" : `; did you mean ${near.map((each) => `"${each}"`).join(" or ")}?`;
  return finding("/model", "unknown-model", `there is no model "${id}"${hint}`);
}
