import { isLineKey } from "../key-types.ts";
import { beyond } from "../limits.ts";
import type { Limit } from "../model.ts";
import type { LeftOut, LineFacts, Scope } from "./scope.ts";

export type Report = (leftOut: LeftOut) => void;

/** Reads one setting or fact where a row stands; undefined where it has no value. */
export type Fact = (scope: Scope, report: Report) => unknown;

/**
 * How a setting or fact is read, by its name. A value that is beyond the family's or model's limit is reported and left
 * out. Made once for a plan: a phone's file asks for hundreds of them.
 */
export function factNamed(name: string, limitOf: (name: string) => Limit | undefined): Fact {
  const [group] = name.split(".", 1);
  if (group === "line") return lineFact(name, limitOf(name));
  if (group === "key") return keyFact(name, limitOf("key.label"));
  if (group === "module") return moduleFact(name);
  const setting = settingFact(name, limitOf(name));
  return (scope, report) => {
    const { facts } = scope.desk;
    return name in facts ? facts[name] : setting(scope, report);
  };
}

function settingFact(name: string, limit: Limit | undefined): Fact {
  return ({ desk, line }, report) => {
    const resolved = (line?.settings ?? desk.settings).get(name);
    if (resolved === undefined || limit === undefined) return resolved?.value;
    const reason = typeof resolved.value === "string" ? beyond(limit, resolved.value) : undefined;
    if (reason === undefined) return resolved.value;
    report({ name, layer: resolved.layer, reason, ...(line && { line: line.index }) });
    return undefined;
  };
}

function lineFact(name: string, limit: Limit | undefined): Fact {
  if (name === "line.isShared") return isShared;
  const field = name.slice("line.".length) as keyof LineFacts;
  return ({ line }, report) => {
    const value = line?.[field];
    const reason = limit && typeof value === "string" ? beyond(limit, value) : undefined;
    if (!line || reason === undefined) return value;
    report({ name, layer: "line", reason, line: line.index });
    return undefined;
  };
}

/** A line that a key shows as shared is shared as a whole. */
function isShared({ desk, line }: Scope): boolean | undefined {
  return line && desk.slots.some(({ key }) => key?.type === "shared-line" && key.line === line.id);
}

function keyFact(name: string, labelLimit: Limit | undefined): Fact {
  if (name === "key.label") return (scope, report) => labelOf(scope, labelLimit, report);
  return keyFacts[name] ?? (() => undefined);
}

const keyFacts: Readonly<Record<string, (scope: Scope) => unknown>> = {
  "key.type": ({ slot }) => slot?.key?.type,
  "key.lineIndex": ({ line, slot }) => (slot?.key && isLineKey(slot.key.type) ? line?.index : undefined),
  "key.url": ({ slot }) => slot?.key?.url,
  "key.number": numberOf,
};

/** What the key dials or watches: the target line's extension, or the number itself. */
function numberOf({ desk, slot }: Scope): string | undefined {
  const key = slot?.key;
  return key?.line === undefined ? key?.number : desk.targets.get(key.line)?.extension;
}

/** The label that was given, else the target's name, else its number: the first that fits on the key. */
function labelOf(scope: Scope, limit: Limit | undefined, report: Report): string | undefined {
  const key = scope.slot?.key;
  const given = key?.label;
  if (given) {
    const reason = limit && beyond(limit, given);
    if (reason === undefined) return given;
    if (key.index !== undefined) report({ name: "key.label", layer: "device", reason, key: key.index });
  }
  for (const label of [targetName(scope), numberOf(scope)]) {
    if (label && (limit === undefined || beyond(limit, label) === undefined)) return label;
  }
  return undefined;
}

/** What a person would call the key's target: a line of one's own by its extension, a colleague by name. */
function targetName({ desk, slot }: Scope): string | undefined {
  const key = slot?.key;
  const target = key?.line === undefined ? undefined : desk.targets.get(key.line);
  return key && isLineKey(key.type) ? target?.extension : target?.displayName;
}

function moduleFact(name: string): Fact {
  return moduleFacts[name] ?? (() => undefined);
}

const moduleFacts: Readonly<Record<string, (scope: Scope) => unknown>> = {
  "module.count": ({ desk }) => desk.modules.length,
  "module.first": ({ desk }) => desk.modules[0],
  "module.type": ({ module }) => module,
  "module.keys": ({ desk, module }) => (module === undefined ? undefined : desk.model.has.modules.types[module]?.keys),
  "module.index": ({ index, module }) => (module === undefined ? undefined : index),
};
