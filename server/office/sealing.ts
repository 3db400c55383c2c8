import type { Device, RawMap, SettingsMap } from "../domain/device.ts";
import type { DocumentKey, StoredDocument } from "../domain/ports.ts";
import { settingDefinitions } from "../domain/settings.ts";
import type { Sealer } from "../security/sealer.ts";

/** How a sealed text begins (security/sealer.ts). */
const sealMark = "sealed:1:";

/** Where a sealed text stands; it opens nowhere else. */
function placeOf({ organization, kind, id }: DocumentKey, field: string): string {
  return `${organization}/${kind}/${id}/${field}`;
}

export function sealLineSecret(sealer: Sealer, key: DocumentKey, secret: string): string {
  return sealer.seal(secret, placeOf(key, "secret"));
}

export function openLineSecret(sealer: Sealer, key: DocumentKey, sealed: string): string {
  return sealer.open(sealed, placeOf(key, "secret"));
}

/** What Offhook shows to a PBX, or signs with for a web hook. */
export function sealConnectionSecret(sealer: Sealer, key: DocumentKey, secret: string): string {
  return sealer.seal(secret, placeOf(key, "secret"));
}

export function openConnectionSecret(sealer: Sealer, key: DocumentKey, sealed: string): string {
  return sealer.open(sealed, placeOf(key, "secret"));
}

function isSecretSetting(name: string): boolean {
  return settingDefinitions.get(name)?.secret === true;
}

/** Secret settings sealed, the others as they are. */
export function sealSettings(sealer: Sealer, key: DocumentKey, settings: SettingsMap): SettingsMap {
  return mapSecrets(settings, (name, value) => sealer.seal(String(value), placeOf(key, name)));
}

export function openSettings(sealer: Sealer, key: DocumentKey, settings: SettingsMap): SettingsMap {
  return mapSecrets(settings, (name, value) => sealer.open(String(value), placeOf(key, name)));
}

/** Settings as the API shows them: that a secret is set, never what it is. */
export function maskSettings(settings: SettingsMap): SettingsMap {
  return mapSecrets(settings, () => mask);
}

/** Raw values whose names the vocabulary calls secret. */
export function sealRaw(sealer: Sealer, key: DocumentKey, raw: Raw, isSecret: (name: string) => boolean): Raw {
  const toSeal = (name: string, value: string) => isSecret(name) || value.startsWith(sealMark);
  return mapRaw(raw, toSeal, (name, value) => sealer.seal(value, placeOf(key, `raw ${name}`)));
}

/** By the mark and not by the name: a name may have become secret since, or be secret no more. */
export function openRaw(sealer: Sealer, key: DocumentKey, raw: RawMap): RawMap {
  return mapRaw(
    raw,
    (_name, value) => value.startsWith(sealMark),
    (name, value) => sealer.open(value, placeOf(key, `raw ${name}`)),
  ) as RawMap;
}

export function maskRaw(raw: RawMap, isSecret: (name: string) => boolean): RawMap {
  return mapRaw(
    raw,
    (name, value) => isSecret(name) || value.startsWith(sealMark),
    () => mask,
  ) as RawMap;
}

/** A device with its secrets in the clear: sealed ones differ each time that they are sealed, and on each device. */
export function openDevice(sealer: Sealer, { organization, kind, id, body }: StoredDocument<Device>): Device {
  const key = { organization, kind, id };
  return { ...body, settings: openSettings(sealer, key, body.settings), raw: openRaw(sealer, key, body.raw) };
}

type Raw = Readonly<Record<string, string | null>>;

function mapRaw(
  raw: Raw,
  isMeant: (name: string, value: string) => boolean,
  change: (name: string, value: string) => string,
): Raw {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      value !== null && isMeant(name, value) ? change(name, value) : value,
    ]),
  );
}

export const mask = "********";

function mapSecrets(settings: SettingsMap, change: (name: string, value: unknown) => unknown): SettingsMap {
  if (!Object.keys(settings).some(isSecretSetting)) return settings;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      isSecretSetting(name) && value !== null ? change(name, value) : value,
    ]),
  );
}
