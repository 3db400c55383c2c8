/**
 * Writes docs/phones.md and docs/settings.md from the profiles and the settings: `npm run docs`. A test holds both to what
 * this makes, so they are never edited by hand.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TSchema } from "typebox";
import { type Catalogue, createCatalogue } from "../server/catalogue/catalogue.ts";
import type { LoadedFamily } from "../server/catalogue/load.ts";
import type { ModelProfile } from "../server/domain/model.ts";
import { type SettingDefinition, settingGroups } from "../server/domain/settings/definition.ts";
import { settingDefinitions } from "../server/domain/settings.ts";

const made = "<!-- Made by `npm run docs` from profiles/ and the settings. Do not edit. -->";

/** Every model that is known, family by family. */
export function phonesDocument(catalogue: Catalogue): string {
  const { families, models } = catalogue;
  const parts = families.map((family) =>
    familyPart(
      family,
      models.filter((model) => model.family === family.id),
    ),
  );
  const intro = `${models.length} models of ${families.length} families. What each fact is taken from stands in \`sources\` of the model's file in \`profiles/cisco\`; how to add one: [adding-a-phone.md](adding-a-phone.md).`;
  return `${made}\n# Phones\n\n${intro}\n\n${parts.join("\n")}`;
}

function familyPart({ files, format, id, title }: LoadedFamily, models: readonly ModelProfile[]): string {
  const asked = files.filter(({ serves }) => serves !== "nothing").map(({ names }) => `\`${names[0]}\``);
  const head = ["model", "phone", "lines", "keys", "modules", "key types", "screen", "SIP over", "firmware"];
  return [
    `## ${title}`,
    "",
    `Family \`${id}\`, files as ${formatNames[format]}: ${asked.join(", ")}.`,
    "",
    ...table(head, models.map(modelRow)),
    "",
  ].join("\n");
}

const formatNames = { xml: "XML", "flat-xml": "flat profile (XML)", text: "text" } as const;

function modelRow({ can, firmware, has, id, title }: ModelProfile): string[] {
  const modules = Object.entries(has.modules.types).map(([name, { keys }]) => `${name} (${keys} keys)`);
  const screen = has.screen ? `${has.screen.width}×${has.screen.height}${has.screen.colour ? "" : " mono"}` : "none";
  return [
    `\`${id}\``,
    title,
    String(has.lines),
    String(has.keys),
    modules.length === 0 ? "none" : `${has.modules.most} of ${modules.join(" or ")}`,
    has.keyTypes.join(", ") || "none",
    screen,
    can.sip.join(", "),
    firmware.loads.map((load) => `\`${load}\``).join(", "),
  ];
}

/** Every setting, group by group, with the families whose phones can be told. */
export function settingsDocument(catalogue: Catalogue): string {
  const groups = settingGroups.map((group) => {
    const settings = [...settingDefinitions.values()].filter((each) => each.group === group);
    const rows = settings.map((each) => settingRow(each, catalogue));
    return [`## ${group}`, "", ...table(["setting", "meaning", "value", "default", "set at", "phones"], rows), ""].join(
      "\n",
    );
  });
  const intro = `${settingDefinitions.size} settings. Later layers win: family, model, country, PBX, organization, site, preset, user, device, line. A setting that is not set anywhere has its default. Under "phones": the families that can be told; with the number of their models where not all can, and ↻ where the phone restarts when it changes. Others show "not on this phone".`;
  return `${made}\n# Settings\n\n${intro}\n\n${groups.join("\n")}`;
}

function settingRow(definition: SettingDefinition, catalogue: Catalogue): string[] {
  const { layers, name, own, perLine, secret, text, title } = definition;
  const where = layers?.join(", ") ?? (perLine ? "every layer, also a line" : "every layer");
  return [
    `\`${name}\``,
    `**${title}.** ${text}${secret ? " Secret: it can be set and not read." : ""}`,
    [valueText(definition.schema), definition.unit].filter((each) => each !== undefined).join(", "),
    definition.default === undefined ? "" : `\`${JSON.stringify(definition.default)}\``,
    where,
    own ? "Offhook itself" : catalogue.families.flatMap((family) => carriedBy(name, family, catalogue)).join(", "),
  ];
}

function carriedBy(name: string, family: LoadedFamily, { models, plan }: Catalogue): string[] {
  const all = models.filter((model) => model.family === family.id);
  const told = all.filter(({ id }) => plan(id).carried.has(name));
  if (told.length === 0) return [];
  const restarts = family.mapping.some((row) => row.restarts && [row.from ?? []].flat().includes(name));
  const some = told.length < all.length ? ` (${told.length} of ${all.length})` : "";
  return [`${family.id.slice(family.id.indexOf("/") + 1)}${some}${restarts ? " ↻" : ""}`];
}

/** What a value may be, in a few words. */
function valueText(given: TSchema): string {
  const schema = given as Record<string, unknown>;
  const { enum: words, anyOf, items, maximum, minimum, type } = schema;
  if (Array.isArray(words)) return words.map((each) => `\`${each}\``).join(" ");
  if (Array.isArray(anyOf)) return anyOf.map((each) => valueText(each)).join(" or ");
  if ("const" in schema) return `\`${schema["const"]}\``;
  if (type === "array") return `list of ${items ? valueText(items as TSchema) : "values"}`;
  if (type === "boolean") return "`true` `false`";
  if (type === "integer") return minimum === undefined ? "number" : `${minimum} to ${maximum}`;
  return type === "object" ? "records" : "text";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const catalogue = createCatalogue("profiles");
  writeFileSync("docs/phones.md", phonesDocument(catalogue));
  writeFileSync("docs/settings.md", settingsDocument(catalogue));
}
