import type { LoadedFamily } from "../../catalogue/load.ts";
import type { Parameters } from "../../domain/parameters.ts";
import { settingDefinitions } from "../../domain/settings.ts";

/**
 * Which of a family's parameters carry a secret: those that the vocabulary calls so, and those that are made of a
 * secret, whatever the vocabulary says.
 */
export function secretParameters({ mapping, vocabularyTable }: LoadedFamily): (name: string) => boolean {
  const patterns = mapping
    .filter(({ from }) => [from ?? []].flat().some(isSecret))
    .map(({ to }) => new RegExp(`^${escapeRegExp(to).replace(/\\\{(?:line|key|module|button)\\\}/g, "\\d+")}$`));
  return (name) => vocabularyTable.isSecret(name) || patterns.some((pattern) => pattern.test(name));
}

/** The same map for people's eyes: every secret that is set is hidden, an empty one is seen to be empty. */
export function maskParameters(parameters: Parameters, family: LoadedFamily, mask: string): Parameters {
  const isHidden = secretParameters(family);
  return new Map(
    [...parameters].map(([name, value]): [string, string] => [name, value !== "" && isHidden(name) ? mask : value]),
  );
}

function isSecret(name: string): boolean {
  return name === "line.secret" || settingDefinitions.get(name)?.secret === true;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
