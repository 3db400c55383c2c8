import type { Device } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { Outline } from "../desk/outline.ts";
import { differingNames } from "./parameter-differences.ts";
import type { PhoneEffect, PhoneEffects } from "./phone-effects.ts";

/** What a phone is told now and what it would be told. Both hold secrets. */
export interface OutlinePair {
  readonly device: StoredDocument<Device>;
  readonly before: Outline;
  readonly after: Outline;
}

/** Phones of a family for which the same parameters change. */
export interface PlanGroup {
  readonly family: string;
  readonly effect: PhoneEffect;
  readonly count: number;
  /** The first fifty. */
  readonly macs: readonly string[];
  readonly names: readonly string[];
  /** The first of them, as it is stored. */
  readonly sample: StoredDocument<Device>;
}

export interface PlanGroups {
  /** Nothing where the phone is told the same. */
  add(pair: OutlinePair): void;
  /** The largest first. */
  all(): readonly PlanGroup[];
}

const mostMacs = 50;

/** No outline is kept: those of thousands of phones together are large, and hold secrets. */
export function createPlanGroups(effects: PhoneEffects): PlanGroups {
  const groups = new Map<string, PlanGroup & { count: number; macs: string[] }>();
  return {
    add({ after, before, device }) {
      const names = differingNames(before, after);
      // What stands in other files than its own is no parameter.
      if (names.length === 0 && before.digest === after.digest) return;
      const family = after.family.id;
      const effect = effects.of(after.model.id, names);
      const key = JSON.stringify([family, effect, names]);
      const group = groups.get(key) ?? { family, effect, names, sample: device, count: 0, macs: [] };
      groups.set(key, group);
      group.count++;
      if (group.macs.length < mostMacs) group.macs.push(device.id);
    },
    all: () => [...groups.values()].sort((a, b) => b.count - a.count),
  };
}
