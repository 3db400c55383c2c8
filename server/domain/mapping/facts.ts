import { isLineKey } from "../key-types.ts";
import { beyond } from "../limits.ts";
import type { Limit } from "../model.ts";
import type { LeftOut, LineFacts, Scope } from "./scope.ts";

type Report = (leftOut: LeftOut) => void;

/**
 * The value of a setting or fact where a row stands, or undefined. One that is beyond the family's or model's limit
 * is reported and left out.
 */
export function factOf(name: string, scope: Scope, report: Report): unknown {
  const [group] = name.split(".", 1);
  if (group === "line") return lineFact(name, scope, report);
  if (group === "key") return keyFact(name, scope, report);
  if (group === "module") return moduleFact(name, scope);
  if (name in scope.desk.facts) return scope.desk.facts[name];
  return settingFact(name, scope, report);
}

function limitOf(name: string, { desk }: Scope): Limit | undefined {
  return desk.model.limits[name] ?? desk.family.limits[name];
}

function settingFact(name: string, scope: Scope, report: Report): unknown {
  const resolved = (scope.line?.settings ?? scope.desk.settings).get(name);
  if (resolved === undefined) return undefined;
  const limit = limitOf(name, scope);
  const reason = limit && typeof resolved.value === "string" ? beyond(limit, resolved.value) : undefined;
  if (reason === undefined) return resolved.value;
  report({ name, layer: resolved.layer, reason, ...(scope.line && { line: scope.line.index }) });
  return undefined;
}

function lineFact(name: string, scope: Scope, report: Report): unknown {
  const line = scope.line;
  if (!line) return undefined;
  if (name === "line.isShared") return isShared(line, scope);
  const value = line[name.slice("line.".length) as keyof LineFacts];
  const limit = limitOf(name, scope);
  const reason = limit && typeof value === "string" ? beyond(limit, value) : undefined;
  if (reason === undefined) return value;
  report({ name, layer: "line", reason, line: line.index });
  return undefined;
}

/** A line that a key shows as shared is shared as a whole. */
function isShared(line: LineFacts, { desk }: Scope): boolean {
  return desk.slots.some(({ key }) => key?.type === "shared-line" && key.line === line.id);
}

function keyFact(name: string, scope: Scope, report: Report): unknown {
  const key = scope.slot?.key;
  if (!key) return undefined;
  if (name === "key.type") return key.type;
  if (name === "key.lineIndex") return isLineKey(key.type) ? scope.line?.index : undefined;
  if (name === "key.url") return key.url;
  if (name === "key.number") return numberOf(scope);
  return name === "key.label" ? labelOf(scope, report) : undefined;
}

/** What the key dials or watches: the target line's extension, or the number itself. */
function numberOf({ desk, slot }: Scope): string | undefined {
  const key = slot?.key;
  return key?.line === undefined ? key?.number : desk.targets.get(key.line)?.extension;
}

/** The label that was given, else the target's name, else its number: the first that fits on the key. */
function labelOf(scope: Scope, report: Report): string | undefined {
  const key = scope.slot?.key;
  const limit = limitOf("key.label", scope);
  const fits = (label: string) => limit === undefined || beyond(limit, label) === undefined;
  const given = key?.label;
  if (given && !fits(given) && limit && key?.index !== undefined) {
    report({ name: "key.label", layer: "device", reason: beyond(limit, given) ?? "", key: key.index });
  }
  return [given, targetName(scope), numberOf(scope)].find(
    (label) => label !== undefined && label !== "" && fits(label),
  );
}

/** What a person would call the key's target: a line of one's own by its extension, a colleague by name. */
function targetName({ desk, slot }: Scope): string | undefined {
  const key = slot?.key;
  const target = key?.line === undefined ? undefined : desk.targets.get(key.line);
  return key && isLineKey(key.type) ? target?.extension : target?.displayName;
}

function moduleFact(name: string, { desk, module, index }: Scope): unknown {
  if (name === "module.count") return desk.modules.length;
  if (name === "module.first") return desk.modules[0];
  if (module === undefined) return undefined;
  if (name === "module.type") return module;
  if (name === "module.keys") return desk.model.has.modules.types[module]?.keys;
  return name === "module.index" ? index : undefined;
}
