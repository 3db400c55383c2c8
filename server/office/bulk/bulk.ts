import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { DeviceChange } from "../devices/devices.ts";
import type { Edit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { createRawCheck } from "./raw.ts";
import type { BulkReport } from "./report.ts";
import { type BulkParts, type Proposed, runBulk } from "./run.ts";
import { type Selection, selectDevices } from "./selection.ts";

/** What can be changed of many devices at once, as in a change of one. */
export type BulkChange = Pick<DeviceChange, "settings" | "raw" | "preset" | "site" | "state" | "label">;

export interface BulkEdit {
  readonly select: Selection;
  readonly change: BulkChange;
  /** Only tells what would become of each phone. */
  readonly dryRun?: boolean;
}

export interface Bulk {
  /** All of the devices or, with INVALID naming each phone that refuses, none. */
  change(edit: Edit, bulk: BulkEdit): Promise<BulkReport>;
}

export function createBulk(parts: BulkParts): Bulk {
  return {
    change: (edit, { select, change, dryRun = false }) =>
      runBulk(parts, edit, {
        action: "device.bulk-change",
        dryRun,
        async propose(witness) {
          refuseIf(await commonErrors(parts, witness, edit.organization, change));
          const devices = await selectDevices(witness, parts.catalogue, edit.organization, select);
          const propose = proposals(parts.catalogue, change);
          return devices.map(propose);
        },
      }),
  };
}

/** What is wrong with the change whichever phone it is for. */
async function commonErrors(
  { checkSettings }: BulkParts,
  reader: StoreReader,
  organization: string,
  { settings, site, preset }: BulkChange,
): Promise<FieldError[]> {
  const errors = checkSettings(settings ?? {}, "device", "/change/settings");
  for (const [kind, id] of Object.entries({ site, preset: preset ?? undefined })) {
    if (id === undefined || (await reader.get({ organization, kind, id }))) continue;
    errors.push(finding(`/change/${kind}`, "not-found", `there is no ${kind} "${id}"`));
  }
  return errors;
}

function proposals(catalogue: Catalogue, change: BulkChange): (device: StoredDocument<Device>) => Proposed {
  const { raw, ...others } = change;
  const check = createRawCheck(catalogue, raw ?? {});
  return (device) => {
    const family = catalogue.model(device.body.model)?.family;
    if (raw === undefined || family === undefined) return { device, proposal: { change } };
    const { impossible, possible } = check(family, false);
    return { device, proposal: { change: { ...others, raw: possible(raw) }, impossible } };
  };
}
