import type { Line } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import {
  countSteps,
  type DeviceStanding,
  type Rotation,
  type RotationCounts,
  type RotationState,
  type RotationStep,
  type RotationTarget,
  stateOf,
} from "../../domain/rotation.ts";
import { readStandings, type StandingParts } from "./standing.ts";
import { readTargets } from "./targets.ts";

export interface ListedRotation extends Rotation {
  readonly state: RotationState;
  readonly counts: RotationCounts;
}

export interface WholeRotation extends ListedRotation {
  readonly lines: readonly RotatedLine[];
}

/** `extension` is absent where the line was removed. */
export interface RotatedLine {
  readonly line: string;
  readonly extension?: string;
  readonly state: RotationStep;
  readonly reason?: string;
  readonly campaign?: string;
  readonly devices: readonly DeviceStanding[];
}

export async function listRotation(
  { store }: StandingParts,
  rotation: StoredDocument<Rotation>,
): Promise<ListedRotation> {
  return summed(rotation, await readTargets(store, rotation));
}

export async function wholeRotation(parts: StandingParts, rotation: StoredDocument<Rotation>): Promise<WholeRotation> {
  const { organization } = rotation;
  const targets = await readTargets(parts.store, rotation);
  const standings = await readStandings(parts, organization);
  const all = await parts.store.find<Line>({ organization, kind: "line" });
  const extensions = new Map(all.map(({ id, body }) => [id, body.extension]));
  const lines = targets.map((target) => {
    const { line, state, reason, campaign } = target;
    const extension = extensions.get(line);
    return {
      line,
      ...(extension !== undefined && { extension }),
      state,
      ...(reason !== undefined && { reason }),
      ...(campaign !== undefined && { campaign }),
      devices: standings(target),
    };
  });
  return { ...summed(rotation, targets), lines };
}

function summed({ body }: StoredDocument<Rotation>, targets: readonly RotationTarget[]): ListedRotation {
  const counts = countSteps(targets);
  return { ...body, state: stateOf(counts), counts };
}
