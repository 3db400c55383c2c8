import type { Office } from "../../server/app-office.ts";
import type { Device, Key } from "../../server/domain/device.ts";
import { isLineKey, keyNeeds } from "../../server/domain/key-types.ts";
import type { FamilyProfile, ModelProfile } from "../../server/domain/model.ts";
import { edit } from "./office.ts";

/** All of printable ASCII; the blank stands inside, since one at either end can't be carried. */
const printable = `! ${Array.from({ length: 93 }, (_, index) => String.fromCharCode(0x22 + index)).join("")}`;

/** The greatest secrets of a family: every printable ASCII character stands in one of them. */
function greatestSecrets({ family, limits }: ModelProfile, office: Office): string[] {
  const limit = limits["line.secret"] ?? office.catalogue.family(family).limits["line.secret"];
  const max = limit?.max ?? 0;
  const allowed = [...printable].filter((character) => !limit?.without?.includes(character)).join("");
  const secrets: string[] = [];
  for (let at = 0; at < allowed.length; at += max) secrets.push((allowed.slice(at, at + max) + allowed).slice(0, max));
  return secrets;
}

export interface Filling {
  readonly mac: string;
  /** Of the first line; the others follow. */
  readonly extension: number;
  /** Module type, when it is not the first of the model's. */
  readonly module?: string;
  name(index: number): string;
}

/** A phone with a line on each of its lines, and a key of every type it has on every place of it and of all its modules. */
export async function addFilled(
  office: Office,
  model: ModelProfile,
  { extension, mac, module, name }: Filling,
): Promise<Device> {
  const secrets = greatestSecrets(model, office);
  const lines = Array.from({ length: model.has.lines }, (_, index) => `${mac}-${index}`);
  for (const [index, id] of lines.entries()) {
    const secret = secrets[index % secrets.length] ?? "";
    await office.lines.add(edit, { id, extension: String(extension + index), displayName: name(index), secret });
  }
  const moduleType = module ?? Object.keys(model.has.modules.types)[0];
  const modules = moduleType === undefined ? [] : Array.from({ length: model.has.modules.most }, () => moduleType);
  const places = placesOf(model, modules);
  // Families whose lines live on keys need one for each.
  const aimless = aimlessTypes(office.catalogue.family(model.family));
  const keys = places.map((place, index): Key => {
    const { target, ...key } = keyAt(model, place, index, lines);
    return target === undefined || aimless.has(key.type) ? key : { ...key, target };
  });
  const settings = keys.some(({ type }) => type === "intercom") ? { "call.intercomCode": "*80" } : {};
  const stored = await office.devices.add(edit, mac, { model: model.id, lines, keys, modules, settings });
  return stored.body;
}

/** Types whose keys can't have a target on phones of a family. */
function aimlessTypes({ mapping }: FamilyProfile): ReadonlySet<string> {
  return new Set(mapping.flatMap(({ as, with: given }) => (as === "aim" ? String(given?.["never"]).split(",") : [])));
}

function keyAt({ has }: ModelProfile, place: Pick<Key, "position" | "module">, index: number, lines: string[]): Key {
  const own = lines[index];
  const others = has.keyTypes.filter((type) => !isLineKey(type));
  const onPhone = place.module === undefined;
  const type = onPhone && own !== undefined ? lineType(has.keyTypes, index) : (others[index % others.length] ?? "line");
  return { ...place, type, ...targetOf(type, index, own ?? lines[0] ?? ""), label: `Key ${index} <&>` };
}

/** Lines first, and each second one shared where the phone can; half of the keys stay for the other types. */
function lineType(types: readonly Key["type"][], index: number): Key["type"] {
  return index % 2 === 1 && types.includes("shared-line") ? "shared-line" : "line";
}

function targetOf(type: Key["type"], index: number, line: string): Pick<Key, "target"> {
  const [kind] = keyNeeds[type].targets;
  if (kind === undefined) return {};
  if (kind === "url") return { target: { url: `http://menu.example.com/${index}?a=1&b=2` } };
  return { target: isLineKey(type) || index % 2 === 0 ? { line } : { number: `00385${index}` } };
}

function placesOf({ has }: ModelProfile, modules: readonly string[]): { position: number; module?: number }[] {
  const own = Array.from({ length: has.keys }, (_, index) => ({ position: index + 1 }));
  const more = modules.flatMap((type, module) =>
    Array.from({ length: has.modules.types[type]?.keys ?? 0 }, (_, index) => ({
      position: index + 1,
      module: module + 1,
    })),
  );
  return [...own, ...more];
}
