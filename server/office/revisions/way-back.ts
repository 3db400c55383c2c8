import type { LayersPutBack } from "../../domain/campaign.ts";
import type { LayerDocument } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import type { Presence } from "../../journal/presence.ts";
import { inSlices } from "../../lib/slices.ts";
import { checkThenWrite } from "../bulk/rounds.ts";
import { devicesBelow } from "../changes/restoring.ts";
import { overlaid } from "../desk/overlay.ts";
import type { DeviceRules } from "../devices/devices.ts";
import { audited, causeOf, type Edit } from "../editing.ts";
import { movedPhones } from "./moved-phones.ts";
import type { Revisions } from "./revisions.ts";
import type { Snapshot } from "./snapshots.ts";
import { nameOf, repairWay } from "./way-repair.ts";

/** A phone that may not find its PBX any more. */
export interface LostPhone {
  readonly mac: Mac;
  /** The revision that it had, and the one that it was told to fetch. */
  readonly before: number;
  readonly given: number;
}

/** Phones that were told of a change and did not prove it. */
export interface LostCanary {
  readonly macs: ReadonlySet<Mac>;
  /** Those of them of which it is known what they had. */
  readonly phones: readonly LostPhone[];
}

/** Writes down, in the transaction that writes the layers, what became of them. */
export type NoteOfLayers = (transaction: StoreTransaction, done: LayersPutBack) => Promise<void>;

export interface WaysBack {
  /**
   * Puts back in organization, sites and presets what leads these phones to their PBX in another way than before, and
   * nothing else of them, as one change. What was changed once more since stays, and so does a layer that other phones
   * have moved with. Revisions are left to `renew`.
   */
  putBack(edit: Edit, canary: LostCanary, note: NoteOfLayers): Promise<LayersPutBack>;
  /** Makes the revisions of the canary and of all below these layers, where these are not made yet. */
  renew(edit: Edit, id: string, layers: LayersPutBack["layers"], canary: LostCanary): Promise<void>;
}

export interface WaysBackParts extends DeviceRules {
  readonly store: Store;
  readonly presence: Pick<Presence, "all">;
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
    async putBack(edit, canary, note) {
      const { organization } = edit;
      const { written } = await checkThenWrite(store, {
        check: (witness) => workOut(parts, witness, organization, canary),
        async write(transaction, { layers, said }) {
          for (const { names, stored } of layers) {
            const { kind, id, version, body } = stored;
            await transaction.put({ organization, kind, id }, body, { expect: version });
            audited(transaction, clock, edit, action, stored, names);
          }
          const done = { layers: layers.map(({ stored: { kind, id } }) => ({ kind, id })), said };
          await note(transaction, done);
          return done;
        },
      });
      return written;
    },
    async renew(edit, id, layers, { macs }) {
      const phones = [...macs].map((mac) => ({ kind: "device", id: mac }));
      const below = await devicesBelow(store, edit.organization, [...layers, ...phones]);
      await revisions.refresh(below, causeOf(edit, action, id));
    },
  };
}

interface WorkedOut {
  readonly layers: readonly RepairedLayer[];
  readonly said: readonly string[];
}

/** Phone by phone: where the first of them had what a layer has to say again, the others have it too. */
async function workOut(
  parts: WaysBackParts,
  reader: StoreReader,
  organization: string,
  { macs, phones }: LostCanary,
): Promise<WorkedOut> {
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
  const { layers, said } = await leaveMoved(parts, [...repairs.layers.values()], macs);
  return { layers, said: [...said, ...repairs.said] };
}

/** Without the layers that other phones have moved with: they would lose what works for them. */
async function leaveMoved(
  parts: WaysBackParts,
  repaired: readonly RepairedLayer[],
  canary: ReadonlySet<Mac>,
): Promise<WorkedOut> {
  const layers: RepairedLayer[] = [];
  const said: string[] = [];
  for (const each of repaired) {
    const [first, ...others] = await movedPhones(parts, each.stored, canary);
    const many =
      others.length > 0 ? `${others.length + 1} phones have moved already, as` : "1 phone has moved already,";
    if (first === undefined) layers.push(each);
    for (const name of each.names) {
      const became = first === undefined ? "was put back" : `was left: ${many} ${first}`;
      said.push(`${name} of ${nameOf(each.stored)} ${became}`);
    }
  }
  return { layers, said };
}

function formerDocuments(organization: string, { device, lines }: Snapshot) {
  const document = { organization, version: 0 };
  return {
    device: { ...document, kind: "device", id: device.mac, body: device },
    lines: lines.map((body) => ({ ...document, kind: "line", id: body.id, body })),
  };
}
