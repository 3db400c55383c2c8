import type { Catalogue } from "../../catalogue/catalogue.ts";
import { escapePointer } from "../../domain/check.ts";
import type { FieldError } from "../../domain/failures.ts";
import { beyond } from "../../domain/limits.ts";
import type { FamilyProfile } from "../../domain/model.ts";
import { finding } from "../refusals.ts";

/** For so many unknown names the nearest known one is looked for. */
const mostHints = 5;
const flatName = /^[A-Za-z_][\w.-]*$/;
/** A step of a path: a name, then perhaps which of several elements: `[2]` or `[button=2]`. */
const pathStep = /^[A-Za-z_][\w.-]*(?:\[(?:\d{1,3}|[A-Za-z_][\w-]*=[\w.-]{1,40})\])?$/;
/** Options of a rule that carry credentials, and credentials in a URL (cisco.md B.3, rule grammar). */
const credentials = /--(?:key|uid|pwd)\b|:\/\/[^/\s]*@/;

/** Raw parameters against the family's vocabulary; `force` lets an unknown name pass, never one that Offhook owns. */
export function rawErrors(
  raw: Readonly<Record<string, unknown>>,
  catalogue: Catalogue,
  familyId: string,
  force: boolean,
): FieldError[] {
  const family = catalogue.family(familyId);
  const { nearest, has, roots } = family.vocabularyTable;
  let hints = 0;
  return Object.entries(raw).flatMap(([name, value]) => {
    if (value === null) return [];
    const pointer = `/raw/${escapePointer(name)}`;
    const refusal = ownedError(name, family) ?? formError(name, String(value), family, roots);
    if (refusal) return [finding(pointer, ...refusal)];
    if (force || has(name)) return [];
    const near = hints++ < mostHints ? nearest(name) : undefined;
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    return [finding(pointer, "unknown-parameter", `${familyId} has no parameter "${name}"${hint}`)];
  });
}

type Refusal = [code: string, detail: string];

function ownedError(name: string, { owned }: FamilyProfile): Refusal | undefined {
  const plain = name.replace(/\[[^\]]*\]/g, "");
  const rule = Object.entries(owned).find(([pattern]) => ownedPattern(pattern).test(plain));
  return rule && ["owned", `${name} is set by ${rule[1]}`];
}

function formError(
  name: string,
  value: string,
  family: FamilyProfile,
  known: ReadonlySet<string>,
): Refusal | undefined {
  const wrong = nameError(name, family, known) ?? valueError(value, family);
  return wrong === undefined ? undefined : ["form", wrong];
}

/** A path that begins with an element of its own is a second root, which would make the file ill-formed. */
function nameError(name: string, family: FamilyProfile, known: ReadonlySet<string>): string | undefined {
  if (family.names === "flat") return flatName.test(name) ? undefined : "can't be the name of a parameter here";
  if (!isPath(name)) return "can't be the path of an element: names and /, with [2] or [button=2] behind one";
  const [root = "", ...below] = name.split("/");
  const isOneElement = below.length === 0 && family.format === "flat-xml";
  if (isOneElement || (known.has(root) && below.length > 0)) return undefined;
  return `must begin with ${[...known][0]}/, as the family's other parameters do`;
}

function isPath(name: string): boolean {
  const [path = "", attribute, ...rest] = name.split("@");
  if (rest.length > 0 || (attribute !== undefined && !flatName.test(attribute))) return false;
  return path.split("/").every((step) => pathStep.test(step));
}

function valueError(value: string, { limits }: FamilyProfile): string | undefined {
  if (credentials.test(value)) return "holds credentials, which a rule shows to whoever reads it";
  return limits["raw"] && beyond(limits["raw"], value);
}

function ownedPattern(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^$()|[\]\\/]/g, "\\$&").replaceAll("{n}", "\\d+")}$`);
}
