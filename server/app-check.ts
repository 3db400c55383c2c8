import { createCatalogue } from "./catalogue/catalogue.ts";
import { createRenderer } from "./render/renderer.ts";

/** Reads every profile. Throws naming each file and field that is wrong. */
export function checkProfiles(profiles: string): string {
  return `${createCatalogue(profiles).models.length} models`;
}

/** Reads every template and looks for those that profiles name. Throws naming what is missing or broken. */
export function checkTemplates(profiles: string, templates: string): string {
  const renderer = createRenderer(templates);
  const named = createCatalogue(profiles).families.flatMap(({ files }) =>
    files.flatMap(({ template }) => template ?? []),
  );
  const missing = named.filter((template) => !renderer.has(template));
  if (missing.length > 0)
    throw new Error(`there is no ${missing.map((name) => `${templates}/${name}.hbs`).join(", ")}`);
  return `${new Set(named).size} used`;
}
