import type { CommonDesk, MappedDesk, ModelDesk } from "../../domain/desk.ts";
import type { Device } from "../../domain/device.ts";
import { type Passage, passagesOf } from "../../domain/mapping/passages.ts";
import type { DeskFacts } from "../../domain/mapping/scope.ts";
import type { ModelProfile } from "../../domain/model.ts";
import { digestOf, mapParameters, mappedLeftOut, type Parameters } from "../../domain/parameters.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import { reachOf } from "../../domain/reach.ts";
import { mask } from "../sealing.ts";
import { readOwnTemplates } from "../templates/own.ts";
import { DeviceDesk } from "./device-desk.ts";
import { type DeskParts, type FactParts, readFacts, shippedTemplates } from "./facts.ts";
import { createDeskLayers } from "./layers.ts";
import { deskLeftOut, sharesPlan } from "./left-out.ts";
import { type Outline, outlineOf } from "./outline.ts";

/** A device with everything that decides its file. Holds secrets in the clear: never log or send it. */
export interface Desk extends MappedDesk {
  readonly organization: string;
  readonly device: StoredDocument<Device>;
  /** Of what decides whether the phone finds its PBX: see `reachOf`. */
  readonly reach: string;
  /** What the parameters are made of, without the raw overlay: much cheaper to compare. */
  readonly passages: readonly Passage[];
  /** The same desk with other parameters; what is made of it is kept by its digest, so that is another one. */
  showing(parameters: Parameters, digest: string): Desk;
}

export interface Desks {
  read(reader: StoreReader, device: StoredDocument<Device>): Promise<Desk>;
  /** As much of what `read` gives as it takes to compare it. */
  outline(reader: StoreReader, device: StoredDocument<Device>): Promise<Outline>;
  /** The same desk with every secret parameter masked, for people to look at. */
  masked(desk: Desk): Desk;
  bootstrap(reader: StoreReader, model: ModelProfile): Promise<ModelDesk>;
  /** Settings that companions for any phone of a family are made of: those of the organization `default`. */
  common(reader: StoreReader, family: string): Promise<CommonDesk>;
}

export function createDesks(given: DeskParts): Desks {
  const parts = { ...given, layers: createDeskLayers(given), shipped: shippedTemplates(given) };
  const { catalogue, layers, sealer } = parts;
  return {
    read: (reader, device) => readDesk(parts, reader, device),
    async outline(reader, device) {
      const { facts } = await readFacts(parts, reader, device);
      return outlineOf(facts, sealer.fingerprint);
    },
    masked: (desk) => maskDesk(parts, desk),
    bootstrap: (reader, model) => bootstrapDesk(parts, reader, model),
    async common(reader, family) {
      const settings = await layers.ofAnyone(reader, catalogue.family(family));
      return { settings, own: await readOwnTemplates(reader, "default") };
    },
  };
}

async function readDesk(parts: FactParts, reader: StoreReader, device: StoredDocument<Device>): Promise<Desk> {
  const { facts, leftOut } = await readFacts(parts, reader, device);
  const { catalogue, layers, sealer } = parts;
  const { family, model, settings } = facts;
  const passages = passagesOf(facts, facts.plan.runs);
  const pbx = catalogue.pbxKinds.get(String(settings.get("pbx.kind")?.value));
  const common = sharesPlan(family) ? await layers.ofAnyone(reader, family, model) : undefined;
  return new DeviceDesk(device, {
    facts,
    passages,
    digest: digestOf(facts, passages),
    leftOut: () => [...leftOut, ...deskLeftOut(facts, { common, pbx }), ...mappedLeftOut(passages)],
    reach: () => reachOf(facts, sealer.fingerprint),
  });
}

function maskDesk({ catalogue }: DeskParts, desk: Desk): Desk {
  const { isSecret } = catalogue.family(desk.family.id).vocabularyTable;
  const hide = ([name, value]: [string, string]): [string, string] => [
    name,
    isSecret(name) && value !== "" ? mask : value,
  ];
  return desk.showing(new Map([...desk.parameters].map(hide)), `${desk.digest}-masked`);
}

async function bootstrapDesk(parts: FactParts, reader: StoreReader, model: ModelProfile): Promise<ModelDesk> {
  const { catalogue, layers } = parts;
  const family = catalogue.family(model.family);
  const facts: DeskFacts = {
    family,
    model,
    plan: catalogue.plan(model.id),
    settings: await layers.ofAnyone(reader, family, model),
    lines: [],
    slots: [],
    modules: [],
    targets: new Map(),
    facts: { "server.phones": parts.phones() },
    raw: [],
    zones: catalogue.zones,
  };
  const own = await readOwnTemplates(reader, "default");
  return { model, family, parameters: mapParameters(facts, "bootstrap"), own };
}
