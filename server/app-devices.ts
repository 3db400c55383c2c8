import { createBulk } from "./office/bulk.ts";
import { createLayerTrials } from "./office/bulk-layers.ts";
import type { BulkParts } from "./office/bulk-run.ts";
import { createDeviceCopies } from "./office/device-copies.ts";
import { createDevices, type DeviceParts } from "./office/devices.ts";
import { createKeyLayouts } from "./office/key-layouts.ts";

/** What changes devices, one or many, or tells what a change would do to them. */
export function openDevices(parts: DeviceParts & BulkParts) {
  return {
    devices: createDevices(parts),
    bulk: createBulk(parts),
    copies: createDeviceCopies(parts),
    keyLayouts: createKeyLayouts(parts),
    layerTrials: createLayerTrials(parts),
  };
}
