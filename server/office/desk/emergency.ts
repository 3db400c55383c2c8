import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Country } from "../../domain/country.ts";
import { misledByPrefix } from "../../domain/country-layer.ts";
import type { LayerDocument, Line, SettingsMap } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { StoreReader } from "../../domain/ports.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import { finding } from "../refusals.ts";

const setting = "phone.emergencyNumbers";

interface SiteNumbers {
  readonly country: Country | undefined;
  readonly emergency: readonly string[];
  readonly prefix: string;
}

/** What decides about emergency numbers, of each site of an organization. */
async function sitesOf(
  { countries }: Pick<Catalogue, "countries">,
  reader: StoreReader,
  organization: string,
): Promise<readonly SiteNumbers[]> {
  const own = await reader.get<LayerDocument>({ organization, kind: "organization", id: organization });
  const sites = await reader.find<LayerDocument>({ organization, kind: "site" });
  return sites.map(({ body }) => {
    const settings: SettingsMap = { ...own?.body.settings, ...body.settings };
    const country = countries.get(String(settings["country"]));
    const emergency = settings[setting] ?? country?.emergency ?? settingDefinitions.get(setting)?.default;
    return { country, emergency: emergency as readonly string[], prefix: String(settings["dial.outsidePrefix"] ?? "") };
  });
}

/**
 * Every number that some site of an organization must be able to dial in an emergency. A phone dials them at once, so no
 * extension may be one or begin with one: it could never be dialled to its end.
 */
export async function emergencyNumbers(
  catalogue: Pick<Catalogue, "countries">,
  reader: StoreReader,
  organization: string,
): Promise<readonly string[]> {
  const sites = await sitesOf(catalogue, reader, organization);
  return [...new Set(sites.flatMap(({ emergency }) => emergency))];
}

/** Whether an extension is, or begins with, an emergency number. */
export function extensionErrors(extension: string, numbers: readonly string[]): FieldError[] {
  const number = numbers.find((each) => extension.startsWith(each));
  if (number === undefined) return [];
  const why = `begins with the emergency number ${number}, which phones dial at once`;
  return [finding("/extension", "emergency-number", extension === number ? `is the emergency number ${number}` : why)];
}

const deciding = ["country", "dial.outsidePrefix", setting] as const;

/** What becomes impossible with the settings that were just changed. */
export async function emergencyErrors(
  catalogue: Pick<Catalogue, "countries">,
  reader: StoreReader,
  organization: string,
  changed: SettingsMap,
): Promise<FieldError[]> {
  const name = deciding.find((each) => each in changed);
  if (name === undefined) return [];
  const sites = await sitesOf(catalogue, reader, organization);
  const prefix = sites.flatMap(prefixErrors)[0];
  if (prefix !== undefined) return [finding(`/settings/${name}`, "emergency-number", prefix)];
  const clash = await clashingExtensions(reader, organization, sites);
  return clash === undefined ? [] : [finding(`/settings/${name}`, "emergency-number", clash)];
}

/** Ordinary calls that would ring the emergency services: the prefix and the beginning of a number make such a number. */
function prefixErrors({ country, emergency, prefix }: SiteNumbers): string[] {
  const number = country && misledByPrefix(country, prefix, emergency);
  if (number === undefined) return [];
  return [`the prefix ${prefix} before an ordinary number of ${country?.title} makes the emergency number ${number}`];
}

async function clashingExtensions(reader: StoreReader, organization: string, sites: readonly SiteNumbers[]) {
  const numbers = sites.flatMap(({ emergency }) => emergency);
  const lines = await reader.find<Line>({ organization, kind: "line" });
  const refused = lines.flatMap(({ body: { extension } }) => {
    const number = numbers.find((each) => extension.startsWith(each));
    return number === undefined ? [] : [`${extension} (${number})`];
  });
  if (refused.length === 0) return undefined;
  const more = refused.length > 5 ? ` and ${refused.length - 5} more` : "";
  return `extensions begin with an emergency number: ${refused.slice(0, 5).join(", ")}${more}`;
}
