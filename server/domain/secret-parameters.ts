import type { FamilyProfile } from "./model.ts";
import type { Parameters } from "./parameters.ts";
import { settingDefinitions } from "./settings.ts";

/** What a family says of its parameters. */
export interface SecretFamily extends Pick<FamilyProfile, "mapping"> {
  readonly vocabularyTable: { isSecret(name: string): boolean };
}

/**
 * Which of a family's parameters carry a secret: those that the vocabulary calls so, and those that are made of a
 * secret, whatever the vocabulary says.
 */
export function secretParameters({ mapping, vocabularyTable }: SecretFamily): (name: string) => boolean {
  const patterns = mapping
    .filter(({ from }) => [from ?? []].flat().some(isSecret))
    .map(({ to }) => new RegExp(`^${escapeRegExp(to).replace(/\\\{(?:line|key|module|button)\\\}/g, "\\d+")}$`));
  return (name) => vocabularyTable.isSecret(name) || patterns.some((pattern) => pattern.test(name));
}

/** The same map for people's eyes: every secret that is set is hidden, an empty one is seen to be empty. */
export function maskParameters(parameters: Parameters, family: SecretFamily, mask: string): Parameters {
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
