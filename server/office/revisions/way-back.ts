import type { LayerDocument } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { inSlices } from "../../lib/slices.ts";
import { checkThenWrite } from "../bulk/rounds.ts";
import { devicesBelow } from "../changes/restoring.ts";
import { overlaid } from "../desk/overlay.ts";
import type { DeviceRules } from "../devices/devices.ts";
import { audited, causeOf, type Edit } from "../editing.ts";
import type { Revisions } from "./revisions.ts";
import type { Snapshot } from "./snapshots.ts";
import { repairWay } from "./way-repair.ts";

/** A phone that may not find its PBX any more. */
export interface LostPhone {
  readonly mac: Mac;
  /** The revision that it had, and the one that it was told to fetch. */
  readonly before: number;
  readonly given: number;
}

export interface WaysBack {
  /**
   * Puts back in organization, sites and presets what leads these phones to their PBX in another way than before, and
   * nothing else of them, as one change. What was changed once more since stays. Tells in words what it did and what it
   * left; nothing where no layer has to do with it.
   */
  putBack(edit: Edit, id: string, phones: readonly LostPhone[]): Promise<readonly string[]>;
}

export interface WaysBackParts extends DeviceRules {
  readonly store: Store;
  readonly revisions: Revisions;
  readonly clock: Clock;
}

/** A layer with what was put back in it so far. */
export interface RepairedLayer {
  /** In the version that it was read in. */
  readonly stored: StoredDocument<LayerDocument>;
  readonly names: readonly string[];
}

/** What has been worked out so far, for all of the phones. */
export interface Repairs {
  readonly reader: StoreReader;
  readonly layers: Map<string, RepairedLayer>;
  readonly said: Set<string>;
}

const action = "campaign.revert";

export function createWaysBack(parts: WaysBackParts): WaysBack {
  const { clock, revisions, store } = parts;
  return {
    async putBack(edit, id, phones) {
      const { organization } = edit;
      const { checked } = await checkThenWrite(store, {
        check: (witness) => workOut(parts, witness, organization, phones),
        async write(transaction, { layers }) {
          for (const { names, stored } of layers) {
            const { kind, id, version, body } = stored;
            await transaction.put({ organization, kind, id }, body, { expect: version });
            audited(transaction, clock, edit, action, stored, names);
          }
        },
      });
      const changed = checked.layers.map(({ stored }) => stored);
      const below = changed.length === 0 ? [] : await devicesBelow(store, organization, changed);
      await revisions.refresh(below, causeOf(edit, action, id));
      return checked.said;
    },
  };
}

/** Phone by phone: where the first of them had what a layer has to say again, the others have it too. */
async function workOut(
  parts: WaysBackParts,
  reader: StoreReader,
  organization: string,
  phones: readonly LostPhone[],
): Promise<{ readonly layers: readonly RepairedLayer[]; readonly said: readonly string[] }> {
  const { desks, revisions } = parts;
  const repairs: Repairs = { reader, layers: new Map(), said: new Set() };
  await inSlices(phones, async ({ before, given, mac }) => {
    const former = await revisions.snapshot(organization, mac, before);
    const told = await revisions.snapshot(organization, mac, given);
    if (!former?.way || !told?.way) return;
    // Over its own documents of then: what these made different is put back with them.
    const { lines, device } = formerDocuments(organization, former);
    const read = (layers: Repairs["layers"]) => {
      const laid = [...layers.values()].map(({ stored }) => stored);
      return desks.read(overlaid(reader, [...lines, ...laid]), device);
    };
    await repairWay(parts, repairs, { organization, former: former.way, told: told.way, read });
  });
  return { layers: [...repairs.layers.values()], said: [...repairs.said] };
}

function formerDocuments(organization: string, { device, lines }: Snapshot) {
  const document = { organization, version: 0 };
  return {
    device: { ...document, kind: "device", id: device.mac, body: device },
    lines: lines.map((body) => ({ ...document, kind: "line", id: body.id, body })),
  };
}
