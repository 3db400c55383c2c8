import { createHash } from "node:crypto";
import type { RawMap } from "./device.ts";
import { dialPlanOf } from "./dial-plan.ts";
import { absent, type Passage, passagesOf, valuesOf } from "./mapping/passages.ts";
import type { DeskFacts, LeftOut } from "./mapping/scope.ts";

/** Vendor names and values in the family's order, each name once. */
export type Parameters = ReadonlyMap<string, string>;

/** Settings and facts become what the vendor calls them: the family's mapping, then the layers' raw overlay. */
export function mapParameters(desk: DeskFacts, part: "device" | "bootstrap"): Parameters {
  const { bootstrap, runs } = desk.plan;
  return part === "device" ? parametersOf(passagesOf(desk, runs), desk.raw) : parametersOf(passagesOf(desk, bootstrap));
}

/** The parameters of what a phone is told, with the raw overlay; a map of their own each time. */
export function parametersOf(passages: readonly Passage[], raw: readonly RawMap[] = []): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const passage of passages) {
    const { names } = passage;
    const values = valuesOf(passage);
    for (let at = 0; at < names.length; at++) {
      const value = values[at];
      if (value !== undefined) parameters.set(names[at] as string, value);
    }
  }
  for (const [name, value] of mergedRaw(raw)) parameters.set(name, value);
  return parameters;
}

/** What was asked for and this phone can't be told. */
export function mappedLeftOut(passages: readonly Passage[]): readonly LeftOut[] {
  const found = new Map<string, LeftOut>();
  for (const { leftOut, line, shared } of passages) {
    const here = (shared?.leftOut ?? []).map((each) => (line === undefined ? each : { ...each, line }));
    for (const each of [...leftOut, ...here]) found.set(`${each.name} ${each.line} ${each.key}`, each);
  }
  return [...found.values()];
}

/** Later layers win; by name, so that the order in which people gave them changes nothing. */
function mergedRaw(raw: readonly RawMap[]): readonly [string, string][] {
  const merged: RawMap = Object.assign({}, ...raw);
  return Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Digest of what a phone is told and of the layout of its files; 16 hex digits. The same facts give the same digest,
 * and it is much cheaper than the parameters themselves: what phones share is digested once.
 */
export function digestOf(desk: DeskFacts, passages: readonly Passage[]): string {
  const { plan, raw, templates = "" } = desk;
  let text = `${plan.layout}${templates}\n${documentValues(desk)}\n`;
  for (const passage of passages) text += `${passage.index}:${textOf(passage)}\n`;
  return createHash("sha256")
    .update(text + JSON.stringify(mergedRaw(raw)))
    .digest("hex")
    .slice(0, 16);
}

/** Settings that stand in a document of the device count beside the parameters. */
function documentValues({ plan, settings }: DeskFacts): string {
  if (plan.inDocuments.length === 0) return "[null]";
  const others = plan.inDocuments.filter((name) => !name.startsWith("dial.") && name !== "phone.emergencyNumbers");
  const dialling = others.length < plan.inDocuments.length ? dialPlanOf(settings) : null;
  return JSON.stringify([dialling, ...others.map((name) => settings.get(name)?.value ?? null)]);
}

function textOf({ idle, own, shared }: Passage): string {
  if (idle) return "-";
  let text = shared?.digest ?? "";
  for (const value of own) text += `\0${value ?? absent}`;
  return own.length === 0 ? `${text}\0` : text;
}
