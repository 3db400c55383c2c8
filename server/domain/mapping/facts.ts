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
  const value = line[name.slice("line.".length) as keyof LineFacts];
  const limit = limitOf(name, scope);
  const reason = limit && typeof value === "string" ? beyond(limit, value) : undefined;
  if (reason === undefined) return value;
  report({ name, layer: "line", reason, line: line.index });
  return undefined;
}

function keyFact(name: string, scope: Scope, report: Report): unknown {
  const key = scope.slot?.key;
  if (!key) return undefined;
  if (name === "key.type") return key.type;
  if (name === "key.lineIndex") return key.type === "line" ? scope.line?.index : undefined;
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
  const target = key?.line === undefined ? undefined : scope.desk.targets.get(key.line);
  const own = key?.type === "line" ? target?.extension : target?.displayName;
  for (const label of [key?.label, own, numberOf(scope)]) {
    if (label === undefined || label === "") continue;
    const reason = limit && beyond(limit, label);
    if (reason === undefined) return label;
    if (label === key?.label && key.index !== undefined) {
      report({ name: "key.label", layer: "device", reason, key: key.index });
    }
  }
  return undefined;
}

function moduleFact(name: string, { desk, module, index }: Scope): unknown {
  if (name === "module.count") return desk.modules.length;
  if (name === "module.first") return desk.modules[0];
  if (module === undefined) return undefined;
  if (name === "module.type") return module;
  if (name === "module.keys") return desk.model.has.modules.types[module]?.keys;
  return name === "module.index" ? index : undefined;
}
