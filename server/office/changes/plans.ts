import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { inSlices } from "../../lib/slices.ts";
import { proposeLayer } from "../bulk/layers.ts";
import { overlaid } from "../desk/overlay.ts";
import type { DeviceChange, DeviceRules } from "../devices/devices.ts";
import { tryChange } from "../devices/trial.ts";
import { type Edit, readForEdit } from "../editing.ts";
import type { LayerChange, LayerKind } from "../layers/change.ts";
import { type LineChange, type LineRules, proposeLine } from "../lines.ts";
import { refuseIf } from "../refusals.ts";
import { createPhoneEffects, type PhoneEffect } from "./phone-effects.ts";
import { createPlanGroups, type PlanGroup } from "./plan-groups.ts";
import { createPlanSamples, type PlannedGroup, type SampleParts } from "./plan-samples.ts";
import { devicesBelow } from "./restoring.ts";

/** A change as its PATCH would have it. */
export type PlannedChange =
  | { readonly kind: LayerKind; readonly id: string; readonly change: LayerChange }
  | { readonly kind: "device"; readonly mac: Mac; readonly change: DeviceChange }
  | { readonly kind: "line"; readonly id: string; readonly change: LineChange };

/** What a change would do to the phones. `devices` are all below what is changed; `silent` and the others make up `changed`. */
export interface ChangePlan {
  readonly totals: { readonly devices: number; readonly changed: number } & Readonly<Record<PhoneEffect, number>>;
  /** By kind of difference, the largest first; the first twenty. */
  readonly groups: readonly PlannedGroup[];
  /** How many more kinds there are. */
  readonly moreGroups: number;
}

export interface ChangePlans {
  /** Fails as the change itself would, and writes nothing. */
  plan(edit: Edit, asked: PlannedChange): Promise<ChangePlan>;
}

export interface ChangePlanParts extends DeviceRules, LineRules, SampleParts {
  readonly store: Store;
}

const mostGroups = 20;

export function createChangePlans(parts: ChangePlanParts): ChangePlans {
  const { catalogue, desks } = parts;
  const effects = createPhoneEffects(catalogue);
  const samples = createPlanSamples(parts);

  return {
    async plan(edit, asked) {
      const proposed = await propose(parts, edit, asked);
      const { laid, now, reader } = proposed;
      const then = (device: StoredDocument<Device>) => laid.get(device.id) ?? device;
      const known = proposed.devices.filter(({ body }) => catalogue.model(body.model));
      const groups = createPlanGroups(effects);
      await inSlices(known, async (device) => {
        const after = await desks.outline(reader, then(device));
        groups.add({ device, before: await desks.outline(now, device), after });
      });
      const all = groups.all();
      const shown: PlannedGroup[] = [];
      await inSlices(all.slice(0, mostGroups), async (group) => {
        const after = await desks.read(reader, then(group.sample));
        shown.push(await samples.show(group, { before: await desks.read(now, group.sample), after }));
      });
      return { totals: totalsOf(known.length, all), groups: shown, moreGroups: Math.max(0, all.length - mostGroups) };
    },
  };
}

function totalsOf(devices: number, groups: readonly PlanGroup[]): ChangePlan["totals"] {
  const count = (wanted: readonly PlanGroup[]) => wanted.reduce((sum, group) => sum + group.count, 0);
  const having = (effect: PhoneEffect) => count(groups.filter((group) => group.effect === effect));
  return {
    devices,
    changed: count(groups),
    silent: having("silent"),
    registers: having("registers"),
    restarts: having("restarts"),
  };
}

/** The documents as they would be, and whose phones that may concern. */
interface Proposed {
  readonly devices: readonly StoredDocument<Device>[];
  readonly now: StoreReader;
  readonly reader: StoreReader;
  /** Devices that are changed themselves. */
  readonly laid: ReadonlyMap<string, StoredDocument<Device>>;
}

async function propose(parts: ChangePlanParts, edit: Edit, asked: PlannedChange): Promise<Proposed> {
  const { store } = parts;
  // Not the store itself: desks are kept for phones, and thousands at once would push out those that phones ask for.
  const now = overlaid(store, []);
  if (asked.kind === "device") return await proposeDevice(parts, now, edit, asked.mac, asked.change);
  if (asked.kind === "line") {
    const { line, devices } = await proposeLine(parts, now, edit, asked.id, asked.change);
    return { devices, now, reader: overlaid(store, [line]), laid: new Map() };
  }
  const layer = await proposeLayer(parts, now, edit, asked.kind, asked.id, asked.change);
  const devices = await devicesBelow(store, edit.organization, [layer]);
  return { devices, now, reader: overlaid(store, [layer]), laid: new Map() };
}

async function proposeDevice(
  parts: ChangePlanParts,
  now: StoreReader,
  edit: Edit,
  mac: Mac,
  change: DeviceChange,
): Promise<Proposed> {
  const key = { organization: edit.organization, kind: "device", id: mac };
  const before = await readForEdit<Device>(now, key, edit);
  const { device, errors } = await tryChange(parts, now, before, { change });
  refuseIf(errors);
  const document = { ...before, body: device };
  return { devices: [before], now, reader: overlaid(parts.store, [document]), laid: new Map([[mac, document]]) };
}
