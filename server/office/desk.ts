import type { Catalogue } from "../catalogue/catalogue.ts";
import type { MappedDesk, ModelDesk } from "../domain/desk.ts";
import type { Device, LayerDocument, Line } from "../domain/device.ts";
import { layOutKeys } from "../domain/keys.ts";
import type { DeskFacts, KeyTarget, LeftOut, LineFacts } from "../domain/mapping/scope.ts";
import type { FamilyProfile, ModelProfile } from "../domain/model.ts";
import { digestOf, mapParameters } from "../domain/parameters.ts";
import type { StoredDocument, StoreReader } from "../domain/ports.ts";
import { overlay, type ResolvedSettings, resolveSettings, type SettingsLayer } from "../domain/settings.ts";
import type { Shelf } from "../firmware/shelf.ts";
import type { Sealer } from "../security/sealer.ts";
import { firmwareFacts } from "./firmware.ts";
import { mask, openLineSecret, openRaw, openSettings } from "./sealing.ts";

/** A device with everything that decides its file. Holds secrets in the clear: never log or send it. */
export interface Desk extends MappedDesk {
  readonly organization: string;
  readonly device: StoredDocument<Device>;
}

export interface Desks {
  read(reader: StoreReader, device: StoredDocument<Device>): Promise<Desk>;
  /** The same desk with every secret parameter masked, for people to look at. */
  masked(desk: Desk): Desk;
  bootstrap(reader: StoreReader, model: ModelProfile): Promise<ModelDesk>;
  /** Settings that companions for any phone of a family are made of: those of the organization `default`. */
  common(reader: StoreReader, family: string): Promise<ResolvedSettings>;
}

export interface DeskParts {
  readonly catalogue: Catalogue;
  readonly shelf: Shelf;
  readonly sealer: Sealer;
  /** Base of the address that phones are told, `http://host:port`, or empty when none was configured. */
  phones(): string;
}

export function createDesks(parts: DeskParts): Desks {
  return {
    read: (reader, device) => readDesk(parts, reader, device),
    masked: (desk) => maskDesk(parts, desk),
    bootstrap: (reader, model) => bootstrapDesk(parts, reader, model),
    async common(reader, familyId) {
      const family: SettingsLayer = {
        layer: "family",
        id: familyId,
        settings: parts.catalogue.family(familyId).settings,
      };
      return resolveSettings([family, await layerOf(parts, reader, "default", "organization", "default")]);
    },
  };
}

async function readDesk(parts: DeskParts, reader: StoreReader, device: StoredDocument<Device>): Promise<Desk> {
  const { catalogue, sealer, shelf } = parts;
  const phones = parts.phones();
  const { organization, body } = device;
  const model = catalogue.model(body.model);
  if (!model) throw new Error(`device ${body.mac}: there is no model "${body.model}"`);
  const family = catalogue.family(model.family);
  const [edited, lines, targets] = await Promise.all([
    editedLayers(parts, reader, device),
    readLines(reader, organization, body.lines),
    readTargets(reader, organization, body),
  ]);
  const settings = resolveSettings([...profileLayers(family, model), ...edited]);
  const firmware = firmwareFacts({ settings, family, model, shelf, phones });
  const facts: DeskFacts = {
    family,
    model,
    settings,
    lines: lines.map((line, at) => lineFacts(sealer, line, at, settings)),
    slots: layOutKeys(body, model),
    modules: body.modules,
    targets,
    facts: { ...firmware.facts, "server.phones": phones, ...deviceFacts(body) },
    raw: [openRaw(sealer, { organization, kind: "device", id: body.mac }, body.raw)],
    zones: catalogue.zones,
  };
  return { ...facts, organization, device, ...mapDesk(facts, firmware.leftOut) };
}

function maskDesk({ catalogue }: DeskParts, desk: Desk): Desk {
  const { isSecret } = catalogue.family(desk.family.id).vocabularyTable;
  const hide = ([name, value]: [string, string]): [string, string] => [
    name,
    isSecret(name) && value !== "" ? mask : value,
  ];
  return { ...desk, parameters: new Map([...desk.parameters].map(hide)), digest: `${desk.digest}-masked` };
}

async function bootstrapDesk(parts: DeskParts, reader: StoreReader, model: ModelProfile): Promise<ModelDesk> {
  const family = parts.catalogue.family(model.family);
  const organization = await layerOf(parts, reader, "default", "organization", "default");
  const facts: DeskFacts = {
    family,
    model,
    settings: resolveSettings([...profileLayers(family, model), organization]),
    lines: [],
    slots: [],
    modules: [],
    targets: new Map(),
    facts: { "server.phones": parts.phones() },
    raw: [],
    zones: parts.catalogue.zones,
  };
  return { model, family, parameters: mapParameters(facts, "bootstrap").parameters };
}

/** What people set for this device, from the organization down, in the clear. */
async function editedLayers(parts: DeskParts, reader: StoreReader, { organization, body }: StoredDocument<Device>) {
  const { mac, site, preset, settings } = body;
  const key = { organization, kind: "device", id: mac };
  const above = await Promise.all([
    layerOf(parts, reader, organization, "organization", organization),
    layerOf(parts, reader, organization, "site", site),
    layerOf(parts, reader, organization, "preset", preset),
  ]);
  const own: SettingsLayer = { layer: "device", id: mac, settings: openSettings(parts.sealer, key, settings) };
  return [...above, own];
}

async function layerOf(
  { sealer }: DeskParts,
  reader: StoreReader,
  organization: string,
  layer: "organization" | "site" | "preset",
  id: string | undefined,
): Promise<SettingsLayer> {
  if (id === undefined) return { layer, id: "", settings: {} };
  const key = { organization, kind: layer, id };
  const found = await reader.get<LayerDocument>(key);
  return { layer, id, settings: openSettings(sealer, key, found?.body.settings ?? {}) };
}

function profileLayers(family: FamilyProfile, model: ModelProfile): SettingsLayer[] {
  return [
    { layer: "family", id: family.id, settings: family.settings },
    { layer: "model", id: model.id, settings: model.settings },
  ];
}

/** The map with the digest put where the family wants it; the digest is over everything else. */
function mapDesk(facts: DeskFacts, before: readonly LeftOut[]): Pick<Desk, "parameters" | "leftOut" | "digest"> {
  const mapped = mapParameters(facts, "device");
  const { family, model, settings } = facts;
  // The dial plan is a file of its own on some families, so it counts beside the parameters.
  const plan = ownsPlan(family) ? [settings.get("dial.plan")?.value, settings.get("dial.timeout")?.value] : [];
  const digest = digestOf(mapped.parameters, JSON.stringify([model.id, family.files, plan]));
  const parameters = new Map(mapped.parameters);
  if (family.stamp !== undefined) parameters.set(family.stamp, digest);
  return {
    parameters,
    leftOut: [...before, ...missingServer(facts), ...sharedByLines(facts), ...sharedPlan(facts), ...mapped.leftOut],
    digest,
  };
}

/** Lines without a server to register with: the file is right, and the phone useless. */
function missingServer({ lines }: DeskFacts): LeftOut[] {
  const without = lines.filter(({ settings }) => !settings.has("sip.server"));
  return without.map(({ index }) => ({
    name: "sip.server",
    layer: "organization",
    reason: "is not set, so this line can't register",
    line: index,
  }));
}

/** A line's own values of what this family has once for the whole phone. */
function sharedByLines({ family, lines }: DeskFacts): LeftOut[] {
  const repeated = new Set(
    family.mapping.filter(({ to }) => /\{(?:line|key|button)\}/.test(to)).flatMap(({ from }) => from ?? []),
  );
  return lines.flatMap(({ index, settings }) =>
    [...settings].flatMap(([name, { layer }]) =>
      layer === "line" && !repeated.has(name)
        ? [{ name, layer, line: index, reason: "is the same for all lines of this phone" }]
        : [],
    ),
  );
}

/** Whether phones of a family are told a dial plan of their own, as a parameter or as a file. */
function ownsPlan({ files, mapping }: FamilyProfile): boolean {
  const asParameter = mapping.some(({ from }) => from === "dial.plan");
  return (
    asParameter || files.some(({ document, serves }) => serves === "device" && document?.startsWith("dial-template"))
  );
}

/** A dial plan set below the organization, for a phone that takes the organization's. */
function sharedPlan({ family, settings }: DeskFacts): LeftOut[] {
  if (ownsPlan(family)) return [];
  return ["dial.plan", "dial.timeout"].flatMap((name) => {
    const layer = settings.get(name)?.layer ?? "family";
    if (layer === "family" || layer === "organization") return [];
    return [{ name, layer, reason: "is taken from the organization by phones of this family" }];
  });
}

function deviceFacts({ mac, label }: Device): Record<string, string | undefined> {
  return { "device.mac": mac, "device.label": label, "device.dialTemplate": `dialplan-${mac.toUpperCase()}.xml` };
}

function lineFacts(sealer: Sealer, line: StoredDocument<Line>, at: number, settings: ResolvedSettings): LineFacts {
  const { id, extension, userId, authId, displayName } = line.body;
  const own = openSettings(sealer, line, line.body.settings);
  return {
    id,
    index: at + 1,
    extension,
    userId,
    authId: authId ?? userId,
    secret: openLineSecret(sealer, line, line.body.secret),
    displayName,
    settings: overlay(settings, [{ layer: "line", id, settings: own }]),
  };
}

async function readLines(reader: StoreReader, organization: string, ids: readonly string[]) {
  const lines = await Promise.all(ids.map((id) => reader.get<Line>({ organization, kind: "line", id })));
  return lines.filter((line) => line !== undefined);
}

/** The lines that keys point at, and the device's own. */
async function readTargets(reader: StoreReader, organization: string, { keys, lines }: Device) {
  const ids = new Set([...lines, ...keys.flatMap(({ target }) => ("line" in target ? [target.line] : []))]);
  const found = await readLines(reader, organization, [...ids]);
  return new Map(
    found.map(({ id, body }): [string, KeyTarget] => [
      id,
      { extension: body.extension, displayName: body.displayName },
    ]),
  );
}
