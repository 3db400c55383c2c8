import type { Device, LayerDocument } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { BulkParts } from "../bulk/run.ts";
import type { Desk } from "../desk/desk.ts";
import { audited, causeOf, type Edit, readForEdit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { layoutFor } from "./key-layout-rules.ts";
import { tryChange } from "./trial.ts";

export interface KeyLayoutWish {
  /** Id of the preset whose keys are taken. */
  readonly preset: string;
  /** Leaves out keys that this phone can't have, instead of refusing them all. */
  readonly fit?: boolean;
  /** Only tells what would become of the device. */
  readonly dryRun?: boolean;
}

export interface KeyLayoutResult {
  /** As it is now; after a dry run as it would be, with the version that is there. */
  readonly device: StoredDocument<Device>;
  /** Holds secrets in the clear. */
  readonly desk: Desk;
  /** Keys that were left out; pointers into the preset's keys. */
  readonly leftOut: readonly FieldError[];
}

export interface KeyLayouts {
  /**
   * The preset's keys, once: they are the device's own from then on. Fails with INVALID naming every key that this phone
   * has no place for, of a type it has not, or for a line it has not; pointers into the preset's keys.
   */
  apply(edit: Edit, mac: Mac, wish: KeyLayoutWish): Promise<KeyLayoutResult>;
}

export function createKeyLayouts(parts: BulkParts): KeyLayouts {
  const { store, clock, revisions } = parts;
  return {
    async apply(edit, mac, { preset, fit = false, dryRun = false }) {
      const key = { organization: edit.organization, kind: "device", id: mac };
      const result = await store.transaction(async (transaction): Promise<KeyLayoutResult> => {
        const before = await readForEdit<Device>(transaction, key, edit);
        const layout = await readLayout(transaction, edit.organization, preset);
        const trial = await tryChange(parts, transaction, before, layoutFor(layout, before.body.lines), fit);
        const { device, desk, errors, leftOut } = trial;
        refuseIf(errors);
        if (!desk) throw new Error(`device ${mac}: nothing was refused, and nothing was made`);
        if (dryRun) return { device: { ...before, body: device }, desk, leftOut };
        audited(transaction, clock, edit, "device.key-layout", key, ["keys"]);
        return { device: await transaction.put<Device>(key, device), desk, leftOut };
      });
      if (!dryRun) await revisions.refresh([result.device], causeOf(edit, "device.key-layout", mac));
      return result;
    },
  };
}

async function readLayout(reader: StoreReader, organization: string, id: string) {
  const preset = await reader.get<LayerDocument>({ organization, kind: "preset", id });
  refuseIf(preset ? [] : [finding("/preset", "not-found", `there is no preset "${id}"`)]);
  const keys = preset?.body.keys;
  refuseIf(keys ? [] : [finding("/preset", "no-keys", `the preset "${id}" has no keys`)]);
  return keys ?? [];
}
