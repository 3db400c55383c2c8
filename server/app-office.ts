import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { createCatalogue } from "./catalogue/catalogue.ts";
import type { Config } from "./config.ts";
import type { Device } from "./domain/device.ts";
import type { Mac } from "./domain/mac.ts";
import type { Clock, Store } from "./domain/ports.ts";
import { createSettingsCheck } from "./domain/settings.ts";
import { findTimeZone } from "./domain/time-zone.ts";
import { createShelf, type Shelf } from "./firmware/shelf.ts";
import { createJournal } from "./journal/journal.ts";
import { createJournalFile } from "./journal/journal-file.ts";
import { createPresence, type PresenceFacts } from "./journal/presence.ts";
import { createStrangers } from "./journal/strangers.ts";
import { createDesks } from "./office/desk.ts";
import { cacheDesks } from "./office/desk-cache.ts";
import { createDevices } from "./office/devices.ts";
import { createEnrolment } from "./office/enrolment.ts";
import { createLayers, foundOffice } from "./office/layers.ts";
import { createLines } from "./office/lines.ts";
import { provesMasterKey } from "./office/master-key-proof.ts";
import { createRevisions } from "./office/revisions.ts";
import { createSightings } from "./office/sightings.ts";
import { createWindows, type Enrolled } from "./office/windows.ts";
import { createPhoneFiles } from "./render/phone-files.ts";
import { createRenderer } from "./render/renderer.ts";
import { loadMasterKey } from "./security/master-key.ts";
import { createSealer } from "./security/sealer.ts";
import { generateSecret } from "./security/secrets.ts";
import { openStore } from "./store/open-store.ts";

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
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  await mkdir(config.firmware, { recursive: true });
  const shelf = await createShelf(config.firmware);
  const masterKey = loadMasterKey({ given: config.masterKey, file: config.masterKeyFile, dataFolder: config.data });
  const sealer = createSealer(masterKey);
  const stores = await openStore({ dataFolder: config.data, databaseUrl: config.databaseUrl, log });
  await foundOffice(stores.config);
  await provesMasterKey(stores.config, sealer);
  const advertised = { base: baseUrl(config.advertise, config.phoneHttpPort) };
  const desks = cacheDesks({
    desks: createDesks({ catalogue, shelf, sealer, phones: () => advertised.base }),
    store: stores.config,
    outside: () => `${advertised.base} ${shelf.generation}`,
  });
  const kept = await openMemory(config, log, stores);
  const revisions = createRevisions({ store: stores.config, desks, log });
  const windows = await createWindows({ store: stores.config, clock, enrolled: await enrolledBefore(stores.presence) });
  const sightings = createSightings({ ...kept, catalogue, revisions, clock, log });
  /** Profiles, templates or the shelf may differ from what they were: what changed gets its revision. */
  const refreshRevisions = async () => await revisions.refresh(await stores.config.find<Device>({ kind: "device" }));
  const stopWatching = watchShelf(shelf, refreshRevisions, log);
  const checkSettings = createSettingsCheck((name) => findTimeZone(catalogue.zones, name) !== undefined);
  const rules = { store: stores.config, catalogue, desks, sealer, revisions, checkSettings, clock };
  return {
    ...kept,
    advertised,
    catalogue,
    desks,
    renderer,
    files: createPhoneFiles({ renderer }),
    revisions,
    sealer,
    shelf,
    sightings,
    stores,
    windows,
    devices: createDevices({ ...rules, ...kept }),
    lines: createLines({ ...rules, newSecret: generateSecret }),
    layers: createLayers(rules),
    enrolment: createEnrolment(rules),
    refreshRevisions,
    async close() {
      stopWatching();
      windows.close();
      desks.close();
      await kept.presence.close();
      await kept.journal.close();
      await stores.presence.close();
      await stores.config.close();
    },
  };
}

/** Whom each window took in, as the pins tell. */
async function enrolledBefore(store: Store): Promise<Enrolled[]> {
  const found = await store.find<PresenceFacts>({ kind: "presence" });
  return found.flatMap(({ id, body: { pin } }) => (pin ? [{ ...pin, mac: id as Mac }] : []));
}

/** People put files on the shelf while Offhook runs; a load that became whole changes what phones are told. */
function watchShelf(shelf: Shelf, changed: () => Promise<unknown>, log: Logger): () => void {
  const look = async () => {
    try {
      if (await shelf.refresh()) await changed();
    } catch (error) {
      log.error({ err: error }, "the shelf could not be read; what was read before is still served");
    }
  };
  const timer = setInterval(() => void look(), shelfEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

const shelfEveryMs = 10_000;

/** What is remembered of phones: apart from what people configure, and never in a phone's way. */
async function openMemory(config: Config, log: Logger, stores: Awaited<ReturnType<typeof openStore>>) {
  const folder = join(config.data, "journal");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const journal = createJournal(createJournalFile({ path: join(folder, "exchanges.jsonl"), log }));
  return { journal, presence: createPresence({ store: stores.presence, log }), strangers: createStrangers() };
}
