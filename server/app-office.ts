import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { openDevices } from "./app-devices.ts";
import { openFirmware, watchFirmware } from "./app-firmware.ts";
import { openTemplates } from "./app-templates.ts";
import { type Catalogue, createCatalogue } from "./catalogue/catalogue.ts";
import type { Config } from "./config.ts";
import type { Device } from "./domain/device.ts";
import type { Mac } from "./domain/mac.ts";
import type { Clock, Store } from "./domain/ports.ts";
import { createSettingsCheck, type SettingsCheck } from "./domain/settings.ts";
import { findTimeZone } from "./domain/time-zone.ts";
import { createJournal } from "./journal/journal.ts";
import { createJournalFile } from "./journal/journal-file.ts";
import { createPresence, type PresenceFacts } from "./journal/presence.ts";
import { createStrangers } from "./journal/strangers.ts";
import { createDesks, type DeskParts } from "./office/desk.ts";
import { type CachedDesks, cacheDesks } from "./office/desk-cache.ts";
import { createEnrolment } from "./office/enrolment.ts";
import { createFirmwareStock } from "./office/firmware-stock.ts";
import { createLayers, foundOffice } from "./office/layers.ts";
import { createLines } from "./office/lines.ts";
import { provesMasterKey } from "./office/master-key-proof.ts";
import { createRevisions } from "./office/revisions.ts";
import { createSightings } from "./office/sightings.ts";
import { createTemplates } from "./office/templates.ts";
import { createWindows, type Enrolled } from "./office/windows.ts";
import { createRenderer } from "./render/renderer.ts";
import { loadMasterKey } from "./security/master-key.ts";
import { createSealer } from "./security/sealer.ts";
import { generateSecret } from "./security/secrets.ts";
import { openStore } from "./store/open-store.ts";
import { startFailure } from "./store/store-failures.ts";

/** Every part that needs no socket; `render` and `check` work on it as well. */
export type Office = Awaited<ReturnType<typeof openOffice>>;

/** `http://host`, with the port where it is not 80; empty when no address is advertised. */
export function baseUrl(advertise: string | undefined, ports: readonly number[]): string {
  if (advertise === undefined) return "";
  const host = advertise.includes(":") ? `[${advertise}]` : advertise;
  return ports.includes(80) ? `http://${host}` : `http://${host}:${ports[0]}`;
}

export async function openOffice(config: Config, log: Logger, clock: Clock) {
  const catalogue = createCatalogue(config.profiles);
  const renderer = createRenderer(config.templates);
  const { files, ...trials } = openTemplates(renderer);
  await mkdir(config.data, { recursive: true, mode: 0o700 }).catch((thrown) => {
    throw startFailure(config.data, thrown);
  });
  const masterKey = loadMasterKey({ given: config.masterKey, file: config.masterKeyFile, dataFolder: config.data });
  const sealer = createSealer(masterKey);
  const stores = await openStore({ dataFolder: config.data, databaseUrl: config.databaseUrl, log });
  await foundOffice(stores.config);
  await provesMasterKey(stores.config, sealer);
  const advertised = { base: baseUrl(config.advertise, config.phoneHttpPort) };
  const memory = await openFirmware({ config, presence: stores.presence, clock, log });
  const desks = openDesks({ catalogue, renderer, sealer, ...memory, phones: () => advertised.base }, stores.config);
  const kept = await openMemory(config, log, stores);
  const revisions = createRevisions({ store: stores.config, desks, log });
  const windows = await createWindows({ store: stores.config, clock, enrolled: await enrolledBefore(stores.presence) });
  const sightings = createSightings({ ...kept, catalogue, revisions, clock, log });
  const firmware = watchFirmware(memory, { store: stores.config, revisions, log });
  const rules = { store: stores.config, catalogue, desks, sealer, revisions, clock, ...checkAgainst(catalogue) };
  return {
    ...kept,
    ...memory,
    advertised,
    catalogue,
    desks,
    renderer,
    files,
    revisions,
    sealer,
    sightings,
    stores,
    windows,
    ...openDevices({ ...rules, ...kept }),
    lines: createLines({ ...rules, newSecret: generateSecret }),
    layers: createLayers(rules),
    enrolment: createEnrolment(rules),
    templates: createTemplates({ ...rules, ...trials, renderer }),
    firmware: createFirmwareStock({ ...rules, ...memory, shelfChanged: firmware.look }),
    /** Profiles or templates may differ from what they were: what changed gets its revision. */
    refreshRevisions: async () => await revisions.refresh(await stores.config.find<Device>({ kind: "device" })),
    async close() {
      await firmware.close();
      windows.close();
      desks.close();
      await Promise.all([trials.close(), kept.presence.close()]);
      await kept.journal.close();
      await stores.presence.close();
      await stores.config.close();
    },
  };
}

function openDesks(parts: DeskParts, store: Store): CachedDesks {
  return cacheDesks({
    desks: createDesks(parts),
    store,
    outside: () => `${parts.phones()} ${parts.shelf.generation}`,
    known: ({ organization, body }) => parts.running.of(organization, body) ?? "",
  });
}

function checkAgainst({ countries, zones }: Catalogue): { readonly checkSettings: SettingsCheck } {
  const zone = (name: string) => findTimeZone(zones, name) !== undefined;
  return { checkSettings: createSettingsCheck({ zone, country: (code) => countries.has(code) }) };
}

/** Whom each window took in, as the pins tell. */
async function enrolledBefore(store: Store): Promise<Enrolled[]> {
  const found = await store.find<PresenceFacts>({ kind: "presence" });
  return found.flatMap(({ id, body: { pin } }) => (pin ? [{ ...pin, mac: id as Mac }] : []));
}

/** What is remembered of phones: apart from what people configure, and never in a phone's way. */
async function openMemory(config: Config, log: Logger, stores: Awaited<ReturnType<typeof openStore>>) {
  const folder = join(config.data, "journal");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const journal = createJournal(createJournalFile({ path: join(folder, "exchanges.jsonl"), log }));
  return { journal, presence: createPresence({ store: stores.presence, log }), strangers: createStrangers() };
}
