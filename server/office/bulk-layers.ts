import type { Device, LayerDocument } from "../domain/device.ts";
import type { Store, StoredDocument, StoreReader } from "../domain/ports.ts";
import { inSlices } from "../lib/slices.ts";
import { createDifferences } from "./bulk-differences.ts";
import { type BulkReport, mostParameters, type PhoneReport, reportOf } from "./bulk-report.ts";
import { createWitness } from "./bulk-witness.ts";
import type { Desks } from "./desk.ts";
import { type Edit, readForEdit } from "./editing.ts";
import {
  type LayerChange,
  type LayerKind,
  type LayerRules,
  layerDocumentErrors,
  layerErrors,
  mergeLayer,
} from "./layer-change.ts";
import { refuseIf } from "./refusals.ts";

export interface LayerTrialParts extends LayerRules {
  readonly store: Store;
  readonly desks: Desks;
}

export interface LayerTrial {
  /** As it would be, with the version that is there. */
  readonly document: StoredDocument<LayerDocument>;
  readonly report: BulkReport;
}

export interface LayerTrials {
  /** What a change of a layer would do to the phones below it; fails as the change itself would, and writes nothing. */
  try(edit: Edit, kind: LayerKind, id: string, change: LayerChange): Promise<LayerTrial>;
}

export function createLayerTrials(parts: LayerTrialParts): LayerTrials {
  const { store } = parts;

  async function report(now: StoreReader, then: StoreReader, devices: readonly StoredDocument<Device>[]) {
    const differences = createDifferences(parts);
    const phones: PhoneReport[] = [];
    await inSlices(devices, async (device) => {
      const difference = await differences.between({ reader: now, device }, { reader: then, device });
      const parameters = difference.parameters.slice(0, mostParameters);
      const changes = difference.newRevision;
      phones.push({ mac: device.body.mac, changes, ...difference, parameters, errors: [], leftOut: [] });
    });
    return reportOf(phones);
  }

  return {
    async try(edit, kind, id, change) {
      const { organization } = edit;
      const key = { organization, kind, id };
      refuseIf(layerErrors(parts, kind, change));
      const now = createWitness(store);
      const before = await readForEdit<LayerDocument>(now, key, edit);
      const document = { ...before, body: mergeLayer(parts, key, before.body, change) };
      const then = withDocument(now, document);
      refuseIf(await layerDocumentErrors(parts, then, organization, change));
      const all = await store.find<Device>({ organization, kind: "device" });
      const devices = all.filter(({ body }) => kind === "organization" || body[kind] === id);
      const known = devices.filter(({ body }) => parts.catalogue.model(body.model));
      return { document, report: await report(now, then, known) };
    },
  };
}

/** The same documents with another body for one of them. */
function withDocument(reader: StoreReader, document: StoredDocument<LayerDocument>): StoreReader {
  const { organization, kind, id } = document;
  const isIt = (key: { organization?: string; kind: string; id: string }) =>
    key.organization === organization && key.kind === kind && key.id === id;
  return {
    get: async <Body>(key: Parameters<StoreReader["get"]>[0]) =>
      isIt(key) ? (document as StoredDocument as StoredDocument<Body>) : await reader.get<Body>(key),
    holder: (name) => reader.holder(name),
    find: async <Body>(query: Parameters<StoreReader["find"]>[0]) => {
      const found = await reader.find<Body>(query);
      return found.map((each) => (isIt(each) ? (document as StoredDocument as StoredDocument<Body>) : each));
    },
  };
}
