import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Country } from "../../domain/country.ts";
import { countryLayer } from "../../domain/country-layer.ts";
import type { Device, LayerDocument, RawMap, SettingsMap } from "../../domain/device.ts";
import type { FamilyProfile, ModelProfile } from "../../domain/model.ts";
import type { DocumentKey, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { overlay, type ResolvedSettings, resolveSettings, type SettingsLayer } from "../../domain/settings.ts";
import { BoundedMap } from "../../lib/bounded-map.ts";
import type { Sealer } from "../../security/sealer.ts";
import { openRaw, openSettings } from "../sealing.ts";
import { sizeLayer } from "./site-sizes.ts";

const layerKinds = ["organization", "site", "preset"] as const;
type LayerKind = (typeof layerKinds)[number];

export interface DeskLayers {
  /** What a device is given. Devices that share all layers and have no settings of their own get the same object. */
  ofDevice(reader: StoreReader, device: StoredDocument<Device>, model: ModelProfile): Promise<LayeredSettings>;
  /** What phones of a model or family get before anyone knows who they are: of the organization `default`. */
  ofAnyone(reader: StoreReader, family: FamilyProfile, model?: ModelProfile): Promise<ResolvedSettings>;
}

export interface LayeredSettings {
  readonly settings: ResolvedSettings;
  /** Raw values for this family in the order of the layers, in the clear; layers without any are not here. */
  readonly raw: readonly RawMap[];
}

export interface DeskLayerParts {
  readonly catalogue: Catalogue;
  readonly sealer: Sealer;
}

/** Kinds of desks whose settings are kept: a model at a site with a preset is one. */
const mostKept = 2000;

export function createDeskLayers({ catalogue, sealer }: DeskLayerParts): DeskLayers {
  const kept = new BoundedMap<string, LayeredSettings>(mostKept);

  function open({ key, settings }: ReadLayer): SettingsLayer {
    return { layer: key.kind as LayerKind, id: key.id, settings: openSettings(sealer, key, settings) };
  }

  function resolve(
    profile: readonly SettingsLayer[],
    read: readonly ReadLayer[],
    size?: SettingsLayer,
  ): ResolvedSettings {
    const edited = read.map(open);
    const asked = resolveSettings([...profile, ...edited]);
    const derived = [...derivedLayers(catalogue, asked), ...(size ? [size] : [])];
    return derived.length === 0 ? asked : resolveSettings([...profile, ...derived, ...edited]);
  }

  return {
    async ofDevice(reader, { organization, body }, model) {
      const ids = { organization, site: body.site, preset: body.preset };
      const { family } = model;
      const layers = await Promise.all(
        layerKinds.map((kind) => readLayer(reader, { organization, kind, id: ids[kind] ?? "" }, family)),
      );
      const size = await sizeLayer(reader, organization, body.site);
      const sized = size === undefined ? "" : JSON.stringify(size.settings);
      // By content and not by version: what a transaction wrote and took back must not be found again.
      const { settings: common, raw } = kept.getOrMake(
        `${model.id}\n${layers.map(textOf).join("\n")}\n${sized}`,
        () => ({
          settings: resolve(profileLayers(catalogue.family(family), model), layers, size),
          raw: layers.flatMap((layer) => (layer.raw ? [openRaw(sealer, layer.key, layer.raw)] : [])),
        }),
      );
      const key = { organization, kind: "device", id: body.mac };
      const own = { layer: "device" as const, id: body.mac, settings: openSettings(sealer, key, body.settings) };
      return { settings: overlay(common, [own]), raw };
    },
    async ofAnyone(reader, family, model) {
      const key = { organization: "default", kind: "organization", id: "default" };
      const organization = await readLayer(reader, key, family.id);
      const { settings } = kept.getOrMake(`anyone ${family.id} ${model?.id}\n${textOf(organization)}`, () => ({
        settings: resolve(profileLayers(family, model), [organization]),
        raw: [],
      }));
      return settings;
    },
  };
}

/** A layer as it is stored, secrets sealed. */
interface ReadLayer {
  readonly key: DocumentKey;
  readonly settings: SettingsMap;
  readonly raw?: RawMap;
}

async function readLayer(reader: StoreReader, key: DocumentKey, family: string): Promise<ReadLayer> {
  const found = key.id === "" ? undefined : await reader.get<LayerDocument>(key);
  const raw = found?.body.raw?.[family];
  return { key, settings: found?.body.settings ?? {}, ...(raw && { raw }) };
}

/** Texts of what the embedded store gives again and again, frozen and the same for as long as nobody changes it. */
const texts = new WeakMap<object, string>();

function textOf({ key, raw, settings }: ReadLayer): string {
  return `${key.organization}/${key.kind}/${key.id} ${jsonOf(settings)} ${raw ? jsonOf(raw) : ""}`;
}

function jsonOf(map: SettingsMap | RawMap): string {
  const text = texts.get(map) ?? JSON.stringify(map);
  texts.set(map, text);
  return text;
}

/** What the country and the PBX bring with them, below everything that people set. */
function derivedLayers({ countries, pbxKinds }: Catalogue, asked: ResolvedSettings): SettingsLayer[] {
  const country = countries.get(String(asked.get("country")?.value));
  const pbx = pbxKinds.get(String(asked.get("pbx.kind")?.value));
  return [
    ...(country ? [countryLayer(country, asked)] : []),
    ...(pbx ? [{ layer: "pbx" as const, id: pbx.id, settings: harmless(pbx.settings, urgentOf(asked, country)) }] : []),
  ];
}

function urgentOf(asked: ResolvedSettings, country: Country | undefined): readonly string[] {
  const set = asked.get("phone.emergencyNumbers");
  return [...((set?.value ?? []) as readonly string[]), ...(country?.emergency ?? [])];
}

/** Without codes that are emergency numbers of this country: 999 is the voice mail of some PBX, and not in Britain. */
function harmless(settings: SettingsMap, urgent: readonly string[]): SettingsMap {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !urgent.includes(String(value))));
}

function profileLayers(family: FamilyProfile, model?: ModelProfile): SettingsLayer[] {
  const ofFamily: SettingsLayer = { layer: "family", id: family.id, settings: family.settings };
  return model ? [ofFamily, { layer: "model", id: model.id, settings: model.settings }] : [ofFamily];
}
