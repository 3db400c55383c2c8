import type { RawMap, SettingsMap } from "../../domain/device.ts";
import { formatMac, type Mac } from "../../domain/mac.ts";
import type { StoreReader } from "../../domain/ports.ts";

interface Naming {
  readonly settings?: SettingsMap;
  /** Of a device its own; of a layer by family. */
  readonly raw?: RawMap | Readonly<Record<string, RawMap>>;
}

const kindsWithSettings = ["organization", "site", "preset", "user", "device"];

/**
 * Where each of these loads is set or named by a raw value, in all organizations, by its name in small letters. Offhook writes
 * `Upgrade_Rule` and its like itself, but a raw value may name the load of a module or of the other partition.
 */
export async function usesOfLoads(
  reader: StoreReader,
  loads: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const uses = new Map<string, string[]>(loads.map((load) => [load.toLowerCase(), []]));
  for (const kind of kindsWithSettings) {
    for (const { id, body } of await reader.find<Naming>({ kind })) {
      const who = `${kind} ${kind === "device" ? formatMac(id as Mac) : id}`;
      for (const load of namedIn(body)) uses.get(load)?.push(who);
    }
  }
  return uses;
}

function namedIn({ settings, raw = {} }: Naming): ReadonlySet<string> {
  const load = settings?.["firmware.version"];
  const values = Object.values<string | RawMap>(raw).flatMap((value) =>
    typeof value === "string" ? value : Object.values(value),
  );
  const words = values.flatMap((value) => wordsOf(value.toLowerCase()));
  return new Set(typeof load === "string" ? [load.toLowerCase(), ...words] : words);
}

/** What may be the name of a load, or of its file, in a value: a rule is a URL with more around it. */
function wordsOf(value: string): string[] {
  const words = value.match(/[a-z0-9._()-]+/g) ?? [];
  return words.flatMap((word) => [word, word.replace(/\.[a-z0-9]+$/, "")]);
}
