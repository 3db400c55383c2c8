import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { openChanges } from "./app-changes.ts";
import { openDevices } from "./app-devices.ts";
import { openFirmware, watchFirmware } from "./app-firmware.ts";
import { openPush } from "./app-push.ts";
import { openTelling } from "./app-telling.ts";
import { openTemplates } from "./app-templates.ts";
import { openWork } from "./app-work.ts";
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
import { type CachedDesks, cacheDesks } from "./office/desk/cache.ts";
import { createDesks } from "./office/desk/desk.ts";
import type { DeskParts } from "./office/desk/facts.ts";
import { watchSiteSizes } from "./office/desk/site-sizes.ts";
import { byOffhook } from "./office/editing.ts";
import { createFirmwareStock } from "./office/firmware/stock.ts";
import { createGrants } from "./office/grants.ts";
import { createLayers, foundOffice } from "./office/layers/layers.ts";
import { createLines } from "./office/lines.ts";
import { provesMasterKey } from "./office/master-key-proof.ts";
import { createEnrolment } from "./office/phones/enrolment.ts";
import { createReports } from "./office/phones/reports.ts";
import { createSightings } from "./office/phones/sightings.ts";
import { createWindows, type Enrolled } from "./office/phones/windows.ts";
import { createRevisions } from "./office/revisions/revisions.ts";
import { createTemplates } from "./office/templates/templates.ts";
import { executeDocument } from "./render/documents-execute.ts";
import { textPage } from "./render/documents-text-page.ts";
import { createRenderer, type Renderer } from "./render/renderer.ts";
import { grantTokens } from "./security/grant-tokens.ts";
import { loadMasterKey } from "./security/master-key.ts";
import { createOneTimeLogins } from "./security/one-time-logins.ts";
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

/** What was read already and never changes: from the folders of the configuration, and which Offhook this is. */
type Read = Partial<{ readonly catalogue: Catalogue; readonly renderer: Renderer; readonly version: string }>;

export async function openOffice(config: Config, log: Logger, clock: Clock, read: Read = {}) {
  const base = await openBase(config, log, clock, read);
  const { advertised, changes, firmware, kept, logins, memory, rules, sightings, stores, telling, trials } = base;
  const { files, renderer } = base;
  const edits = { ...rules, store: changes.edits, files, newSecret: generateSecret };
  const phones = () => advertised.base;
  const pushing = await openPush({ ...rules, renderer, edits: changes.edits, ...kept, config, log, logins, phones });
  const devices = openDevices({ ...edits, ...kept });
  const { version = "unknown" } = read;
  const allowedNetworks = config.phoneNetworks;
  const reports = createReports({ ...rules, ...kept, ...devices, sightings, told: stores.presence, allowedNetworks });
  const work = openWork({ ...rules, ...kept, ...pushing, ...devices, reports, config, log, telling, version });
  const inOrder = [...work.inOrder, firmware, base.windows, base.sizes, pushing, changes, base.desks, trials];
  return {
    ...base,
    ...kept,
    ...memory,
    ...pushing,
    ...devices,
    ...work,
    outbox: telling.outbox,
    webhooks: telling.webhooks,
    execute: executeDocument,
    textPage,
    reports,
    lines: createLines(edits),
    layers: createLayers(edits),
    enrolment: createEnrolment(rules),
    grants: createGrants({ ...rules, tokens: grantTokens }),
    templates: createTemplates({ ...rules, ...trials, renderer }),
    firmware: createFirmwareStock({ ...rules, ...memory, shelfChanged: firmware.look }),
    changes: devices.changes,
    /** Profiles or templates may differ from what they were: what changed gets its revision. */
    refreshRevisions: async () =>
      await rules.revisions.refresh(await stores.config.find<Device>({ kind: "device" }), byOffhook("Offhook started")),
    close: () => closeInOrder([...inOrder, kept.presence, kept.journal, telling, stores.presence, stores.config]),
  };
}

/** What phones ask of, and what people change: nothing here begins anything. */
async function openBase(config: Config, log: Logger, clock: Clock, read: Read) {
  const ground = await openGround(config, log, clock, read);
  const { catalogue, renderer, sealer, stores } = ground;
  const store = stores.config;
  const { files, ...trials } = openTemplates(renderer);
  const advertised = { base: baseUrl(config.advertise, config.phoneHttpPort) };
  const memory = await openFirmware({ config, presence: stores.presence, clock, log });
  const desks = openDesks({ catalogue, renderer, sealer, ...memory, phones: () => advertised.base }, store);
  const kept = await openMemory(config, log, stores);
  const revisions = createRevisions({ store, desks, clock, log });
  return {
    ...ground,
    advertised,
    changes: openChanges({ store, presence: kept.presence, clock, log }),
    desks,
    files,
    firmware: watchFirmware(memory, { store, revisions, log }),
    kept,
    memory,
    revisions,
    rules: { store, catalogue, desks, sealer, revisions, clock, ...checkAgainst(catalogue) },
    sightings: createSightings({ ...kept, catalogue, revisions, clock, log }),
    sizes: watchSiteSizes({ store, revisions, log }),
    trials,
    windows: await createWindows({ store, clock, enrolled: await enrolledBefore(stores.presence) }),
  };
}

/** What all the rest stands on. The master key is the one that the stored secrets were sealed with, or nothing opens. */
async function openGround(config: Config, log: Logger, clock: Clock, read: Read) {
  const { catalogue = createCatalogue(config.profiles), renderer = createRenderer(config.templates) } = read;
  await mkdir(config.data, { recursive: true, mode: 0o700 }).catch((thrown) => {
    throw startFailure(config.data, thrown);
  });
  const masterKey = loadMasterKey({ given: config.masterKey, file: config.masterKeyFile, dataFolder: config.data });
  const sealer = createSealer(masterKey);
  const opened = await openStore({ dataFolder: config.data, databaseUrl: config.databaseUrl, log });
  const telling = await openTelling({ stores: opened, sealer, config, clock });
  const { stores } = telling;
  await foundOffice(stores.config);
  await provesMasterKey(stores.config, sealer);
  return { catalogue, renderer, sealer, logins: createOneTimeLogins({ masterKey, clock }), stores, telling };
}

async function closeInOrder(parts: readonly { close(): void | Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.close();
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
