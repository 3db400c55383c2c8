import { createBulk } from "./office/bulk.ts";
import { createBulkAdd } from "./office/bulk-add.ts";
import { createLayerTrials } from "./office/bulk-layers.ts";
import type { BulkParts } from "./office/bulk-run.ts";
import { type ChangePlanParts, createChangePlans } from "./office/change-plans.ts";
import { createChanges } from "./office/changes.ts";
import { createDeviceCopies } from "./office/device-copies.ts";
import { createDevices, type DeviceParts } from "./office/devices.ts";
import { createKeyLayouts } from "./office/key-layouts.ts";
import { createRevisionDifferences } from "./office/revision-differences.ts";
import { createRevisionReverts } from "./office/revision-revert.ts";

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
  };
}
