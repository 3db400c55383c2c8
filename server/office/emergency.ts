import type { Catalogue } from "../catalogue/catalogue.ts";
import type { LayerDocument, Line } from "../domain/device.ts";
import type { FieldError } from "../domain/failures.ts";
import type { StoreReader } from "../domain/ports.ts";
import { settingDefinitions } from "../domain/settings.ts";
import { finding } from "./refusals.ts";

const setting = "phone.emergencyNumbers";

/**
 * Every number that some site of an organization must be able to dial in an emergency. A phone dials them at once, so no
 * extension may be one or begin with one: it could never be dialled to its end.
 */
export async function emergencyNumbers(
  { countries }: Pick<Catalogue, "countries">,
  reader: StoreReader,
  organization: string,
): Promise<readonly string[]> {
  const own = await reader.get<LayerDocument>({ organization, kind: "organization", id: organization });
  const sites = await reader.find<LayerDocument>({ organization, kind: "site" });
  const numbers = sites.flatMap(({ body }) => numbersOf({ ...own?.body.settings, ...body.settings }));
  return [...new Set(numbers)];

  function numbersOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
    const country = countries.get(String(settings["country"]));
    return (settings[setting] ?? country?.emergency ?? settingDefinitions.get(setting)?.default) as readonly string[];
  }
}

/** Whether an extension is, or begins with, an emergency number. */
export function extensionErrors(extension: string, numbers: readonly string[]): FieldError[] {
  const number = numbers.find((each) => extension.startsWith(each));
  if (number === undefined) return [];
  const why = `begins with the emergency number ${number}, which phones dial at once`;
  return [finding("/extension", "emergency-number", extension === number ? `is the emergency number ${number}` : why)];
}

/** What becomes impossible with the settings that were just changed: extensions that are there already. */
export async function emergencyErrors(
  catalogue: Pick<Catalogue, "countries">,
  reader: StoreReader,
  organization: string,
  changed: Readonly<Record<string, unknown>>,
): Promise<FieldError[]> {
  const name = ["country", setting].find((each) => each in changed);
  if (name === undefined) return [];
  const numbers = await emergencyNumbers(catalogue, reader, organization);
  const lines = await reader.find<Line>({ organization, kind: "line" });
  const refused = lines.flatMap(({ body: { extension } }) => {
    const number = numbers.find((each) => extension.startsWith(each));
    return number === undefined ? [] : [`${extension} (${number})`];
  });
  if (refused.length === 0) return [];
  const more = refused.length > 5 ? ` and ${refused.length - 5} more` : "";
  const detail = `extensions begin with an emergency number: ${refused.slice(0, 5).join(", ")}${more}`;
  return [finding(`/settings/${name}`, "emergency-number", detail)];
}
