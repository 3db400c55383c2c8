import { createBulkAdd } from "./office/bulk/add.ts";
import { createBulk } from "./office/bulk/bulk.ts";
import { createLayerTrials } from "./office/bulk/layers.ts";
import type { BulkParts } from "./office/bulk/run.ts";
import { createChanges } from "./office/changes/changes.ts";
import { type ChangePlanParts, createChangePlans } from "./office/changes/plans.ts";
import { createDeviceCopies } from "./office/devices/copies.ts";
import { createDevices, type DeviceParts } from "./office/devices/devices.ts";
import { createKeyLayouts } from "./office/devices/key-layouts.ts";
import { createRevisionDifferences } from "./office/revisions/differences.ts";
import { createRevisionReverts } from "./office/revisions/revert.ts";
import { createWaysBack } from "./office/revisions/way-back.ts";

/** What changes devices, one or many, or tells what a change would do to them. */
export function openDevices(parts: DeviceParts & BulkParts & ChangePlanParts) {
  return {
    devices: createDevices(parts),
    bulk: createBulk(parts),
    bulkAdd: createBulkAdd(parts),
    copies: createDeviceCopies(parts),
    keyLayouts: createKeyLayouts(parts),
    layerTrials: createLayerTrials(parts),
    changes: createChanges(parts),
    changePlans: createChangePlans(parts),
    revisionDifferences: createRevisionDifferences(parts),
    revisionReverts: createRevisionReverts(parts),
    waysBack: createWaysBack(parts),
  };
}
