import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device, Line } from "../../domain/device.ts";
import { layOutKeys } from "../../domain/keys.ts";
import { applies } from "../../domain/mapping/plan.ts";
import type { DeskFacts, KeyTarget, LeftOut, LineFacts } from "../../domain/mapping/scope.ts";
import type { ModelProfile } from "../../domain/model.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import { overlay, type ResolvedSettings } from "../../domain/settings.ts";
import type { Shelf } from "../../firmware/shelf.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { Sealer } from "../../security/sealer.ts";
import { firmwareFacts } from "../firmware/firmware.ts";
import type { RunningFirmware } from "../firmware/running.ts";
import { openLineSecret, openRaw, openSettings } from "../sealing.ts";
import { ownLayout, readOwnTemplates } from "../templates/own.ts";
import type { DeskLayers } from "./layers.ts";

export interface DeskParts {
  readonly catalogue: Catalogue;
  readonly renderer: Pick<Renderer, "digest" | "partials">;
  readonly shelf: Shelf;
  readonly sealer: Sealer;
  readonly running: Pick<RunningFirmware, "of">;
  /** Base of the address that phones are told, `http://host:port`, or empty when none was configured. */
  phones(): string;
}

export interface FactParts extends DeskParts {
  readonly layers: DeskLayers;
  /** Digests of the templates that a model's own files are made with. */
  shipped(model: ModelProfile): string;
}

/** What decides what a device is told, and what its firmware can't be. */
interface DeviceFacts {
  readonly facts: DeskFacts;
  readonly leftOut: readonly LeftOut[];
}

export async function readFacts(
  parts: FactParts,
  reader: StoreReader,
  device: StoredDocument<Device>,
): Promise<DeviceFacts> {
  const { catalogue, layers, sealer, shelf } = parts;
  const { organization, body } = device;
  const model = catalogue.model(body.model);
  if (!model) throw new Error(`device ${body.mac}: there is no model "${body.model}"`);
  const family = catalogue.family(model.family);
  const { settings, raw } = await layers.ofDevice(reader, device, model);
  const [known, own] = await Promise.all([
    readLines(reader, organization, body),
    readOwnTemplates(reader, organization),
  ]);
  const lines = body.lines.flatMap((id) => known.get(id) ?? []);
  const phones = parts.phones();
  const runs = parts.running.of(organization, body);
  const firmware = firmwareFacts({ settings, family, model, shelf, phones, runs });
  const facts: DeskFacts = {
    family,
    model,
    plan: catalogue.plan(model.id),
    settings,
    lines: lines.map((line, at) => lineFacts(sealer, line, at, settings)),
    slots: layOutKeys(body, model),
    modules: body.modules,
    targets: new Map([...known].map(([id, line]) => [id, keyTarget(line)])),
    facts: { ...firmware.facts, "server.phones": phones, ...deviceFacts(body), ...askedOfUs(phones, body) },
    raw: [...raw, openRaw(sealer, { organization, kind: "device", id: body.mac }, body.raw)],
    zones: catalogue.zones,
    own,
    templates: parts.shipped(model) + ownLayout(family, model, own, parts.renderer.partials),
  };
  return { facts, leftOut: firmware.leftOut };
}

/** Where the phone tells what it has set, and asks whether it may; not known while nobody said where phones find us. */
function askedOfUs(phones: string, { mac }: Device): Record<string, string> {
  if (phones === "") return {};
  return { "server.report": `${phones}/report/${mac}.xml`, "server.authentication": `${phones}/authentication` };
}

function deviceFacts({ mac, label }: Device): Record<string, string | undefined> {
  const upper = mac.toUpperCase();
  return {
    "device.mac": mac,
    "device.MAC": upper,
    "device.label": label,
    "device.dialTemplate": `dialplan-${upper}.xml`,
  };
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
    secret: secretOf(sealer, line),
    displayName,
    settings: overlay(settings, [{ layer: "line", id, settings: own }]),
  };
}

/** Secrets of lines in the clear, for as long as the store keeps the document: to open one takes 10 µs. */
const opened = new WeakMap<Line, string>();

function secretOf(sealer: Sealer, line: StoredDocument<Line>): string {
  const secret = opened.get(line.body) ?? openLineSecret(sealer, line, line.body.secret);
  opened.set(line.body, secret);
  return secret;
}

/** The device's own lines and those that its keys point at. */
async function readLines(reader: StoreReader, organization: string, { keys, lines }: Device) {
  const ids = new Set(lines);
  for (const { target } of keys) if (target && "line" in target) ids.add(target.line);
  const known = new Map<string, StoredDocument<Line>>();
  const found = await Promise.all([...ids].map((id) => reader.get<Line>({ organization, kind: "line", id })));
  for (const line of found) if (line) known.set(line.id, line);
  return known;
}

function keyTarget({ body: { displayName, extension } }: StoredDocument<Line>): KeyTarget {
  return { extension, displayName };
}

/** Worked out once: the templates that Offhook brings stay as they are while it runs. */
export function shippedTemplates({ catalogue, renderer }: DeskParts): FactParts["shipped"] {
  const known = new Map<string, string>();
  return (model) => {
    const found = known.get(model.id) ?? read(model);
    known.set(model.id, found);
    return found;
  };

  function read(model: ModelProfile): string {
    const files = catalogue
      .family(model.family)
      .files.filter((file) => file.serves === "device" && applies(file.when, model));
    return files.map(({ template }) => (template === undefined ? "" : ` ${renderer.digest(template)}`)).join("");
  }
}
