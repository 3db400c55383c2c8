import type { Device, LayerDocument } from "../../domain/device.ts";
import type { Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { inSlices } from "../../lib/slices.ts";
import { devicesBelow } from "../changes/restoring.ts";
import type { Desks } from "../desk/desk.ts";
import { overlaid } from "../desk/overlay.ts";
import { type Edit, readForEdit } from "../editing.ts";
import {
  type LayerChange,
  type LayerKind,
  type LayerRules,
  layerDocumentErrors,
  layerErrors,
  mergeLayer,
} from "../layers/change.ts";
import { refuseIf } from "../refusals.ts";
import { createDifferences } from "./differences.ts";
import { type BulkReport, mostParameters, type PhoneReport, reportOf } from "./report.ts";
import { createWitness } from "./witness.ts";

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
      const now = createWitness(store);
      const document = await proposeLayer(parts, now, edit, kind, id, change);
      const devices = await devicesBelow(store, edit.organization, [document]);
      const known = devices.filter(({ body }) => parts.catalogue.model(body.model));
      return { document, report: await report(now, overlaid(now, [document]), known) };
    },
  };
}

/** The layer as a change would make it; fails as the change itself would, and writes nothing. */
export async function proposeLayer(
  rules: LayerRules,
  reader: StoreReader,
  edit: Edit,
  kind: LayerKind,
  id: string,
  change: LayerChange,
): Promise<StoredDocument<LayerDocument>> {
  const key = { organization: edit.organization, kind, id };
  refuseIf(layerErrors(rules, kind, change));
  const before = await readForEdit<LayerDocument>(reader, key, edit);
  const document = { ...before, body: mergeLayer(rules, key, before.body, change) };
  refuseIf(await layerDocumentErrors(rules, overlaid(reader, [document]), edit.organization, change));
  return document;
}
