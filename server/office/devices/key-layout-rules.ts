import type { Key, PresetKey } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import { isLineKey, keyNeeds } from "../../domain/key-types.ts";
import type { StoreReader } from "../../domain/ports.ts";
import { finding } from "../refusals.ts";
import type { Proposal } from "./trial.ts";

/** What is wrong with a layout on any phone; what a model lacks is seen when it is laid on one. */
export function layoutErrors(keys: readonly PresetKey[]): FieldError[] {
  const places = new Set<string>();
  return keys.flatMap(({ module = 0, position, type, target }, index) => {
    const place = `${module}/${position}`;
    const doubled = places.has(place);
    places.add(place);
    if (doubled) return [finding(`/keys/${index}/position`, "doubled", "two keys stand at this place")];
    return targetErrors(type, target, `/keys/${index}/target`);
  });
}

function targetErrors(type: Key["type"], target: PresetKey["target"], at: string): FieldError[] {
  const { required, targets } = keyNeeds[type];
  const possible = isLineKey(type) ? ["own"] : targets;
  const wanted = possible.join(" or ") || "nothing";
  if (target === undefined) {
    return required ? [finding(at, "missing", `in a preset a key of type ${type} points at: ${wanted}`)] : [];
  }
  const [kind = ""] = Object.keys(target);
  if (possible.some((each) => each === kind)) return [];
  const detail = `in a preset a key of type ${type} points at: ${wanted}, not at ${kind}`;
  return [finding(at, "not-possible", detail)];
}

/** Lines that a layout names and that are not there. */
export async function layoutLineErrors(
  reader: StoreReader,
  organization: string,
  keys: readonly PresetKey[],
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const [index, { target }] of keys.entries()) {
    if (!target || !("line" in target)) continue;
    if (await reader.get({ organization, kind: "line", id: target.line })) continue;
    errors.push(finding(`/keys/${index}/target/line`, "not-found", `there is no line "${target.line}"`));
  }
  return errors;
}

export function namesLine(keys: readonly PresetKey[] | undefined, id: string): boolean {
  return keys?.some(({ target }) => target && "line" in target && target.line === id) ?? false;
}

/** A layout on a phone with these lines: keys for a line that it has not are impossible. */
export function layoutFor(layout: readonly PresetKey[], lines: readonly string[]): Required<Proposal> {
  const laid = layout.map((key, index) => ({ index, key: onPhone(key, lines) }));
  const kept = laid.flatMap(({ index, key }) => (key ? [{ index, key }] : []));
  return {
    change: { keys: kept.map(({ key }) => key) },
    origins: kept.map(({ index }) => index),
    impossible: laid.flatMap(({ index, key }) => (key ? [] : [noSuchLine(layout[index], lines, index)])),
  };
}

function onPhone({ target, ...key }: PresetKey, lines: readonly string[]): Key | undefined {
  if (target === undefined) return key;
  if (!("own" in target)) return { ...key, target };
  const line = lines[target.own - 1];
  return line === undefined ? undefined : { ...key, target: { line } };
}

function noSuchLine(key: PresetKey | undefined, lines: readonly string[], index: number): FieldError {
  const own = key?.target && "own" in key.target ? key.target.own : 0;
  return finding(`/keys/${index}/target`, "no-such-line", `this phone has ${lines.length} lines, and no line ${own}`);
}

/** The keys of a device as a layout: its line keys by the numbers of their lines. */
export function layoutOf(keys: readonly Key[], lines: readonly string[]): readonly PresetKey[] {
  return keys.map((key): PresetKey => {
    if (!isLineKey(key.type) || !key.target || !("line" in key.target)) return key;
    return { ...key, target: { own: lines.indexOf(key.target.line) + 1 } };
  });
}
