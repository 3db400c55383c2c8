import type { Mac } from "./mac.ts";
import type { DocumentKey } from "./ports.ts";
import type { SyncState } from "./sync.ts";

/** How the PBX comes to the new secrets: people carry a file to it, or Offhook writes them through its connection. */
export const rotationWays = ["export", "connection"] as const;
export type RotationWay = (typeof rotationWays)[number];

/** Where a line stands, in the order of docs/rotations.md. */
export const rotationSteps = ["waiting", "exported", "written", "given", "done", "failed", "cancelled"] as const;
export type RotationStep = (typeof rotationSteps)[number];
export type RotationCounts = Readonly<Record<RotationStep, number>>;

/** Where the whole stands; worked out of its lines. */
export const rotationStates = ["waiting", "telling", "failed", "done", "cancelled"] as const;
export type RotationState = (typeof rotationStates)[number];

/** What the new secrets can be carried to a PBX as. */
export const exportFormats = ["csv", "pjsip"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Whose lines get a new secret; exactly one of them. */
export interface RotationSelection {
  /** Ids. */
  readonly lines?: readonly string[];
  /** MACs in any form that people write. */
  readonly devices?: readonly string[];
  readonly site?: string;
  readonly all?: boolean;
}

export interface RotationRequest {
  readonly select: RotationSelection;
  readonly through: RotationWay;
}

/** As stored. Times are RFC 3339. */
export interface Rotation {
  readonly id: string;
  readonly by: string;
  readonly startedAt: string;
  readonly select: RotationSelection;
  readonly through: RotationWay;
  readonly total: number;
  /** Its secrets are still being made: nobody sees it, and what a broken process left is removed. */
  readonly isPreparing?: true;
  /** Nothing of it goes on by itself until somebody orders it: it came out of a backup. */
  readonly isHeld?: true;
  /** Why it could not go on; for people. */
  readonly reason?: string;
}

/** One line of a rotation, as stored. */
export interface RotationTarget {
  readonly line: string;
  readonly state: RotationStep;
  /** Sealed; gone as soon as the line itself has it, or nobody will. */
  readonly secret?: string;
  /** Committed before the PBX is told: whether it has the new secret is not known for certain until the outcome is. */
  readonly isWriting?: true;
  /** Who has the line since the new secret, and the revision from which the phone has it too. */
  readonly devices?: readonly RotatedDevice[];
  /** The phones are still to be told. */
  readonly isUntold?: true;
  /** The campaign that told them last. */
  readonly campaign?: string;
  readonly reason?: string;
  /** Of the last step. */
  readonly at: string;
}

export interface RotatedDevice {
  readonly mac: Mac;
  readonly revision: number;
}

/** A phone of a line: as of a device, with `skipped` where nothing has to be done. */
export interface DeviceStanding {
  readonly mac: Mac;
  readonly state: SyncState | "skipped";
  readonly reason?: string;
}

export const rotationKind = "rotation";
export const rotationTargetKind = "rotation-target";

export function rotationKey(organization: string, id: string): DocumentKey {
  return { organization, kind: rotationKind, id };
}

export function rotationTargetKey({ organization, id }: Pick<DocumentKey, "organization" | "id">, line: string) {
  return { organization, kind: rotationTargetKind, id: `${id}.${line}` };
}

/** Held while the line is in a rotation, so that it is in one at a time. */
export function lineInRotation(organization: string, line: string): string {
  return `rotation:${organization}:${line}`;
}

export function countSteps(targets: Iterable<Pick<RotationTarget, "state">>): RotationCounts {
  const counts = Object.fromEntries(rotationSteps.map((step) => [step, 0])) as Record<RotationStep, number>;
  for (const { state } of targets) counts[state] += 1;
  return counts;
}

/** What the lines come to: first what people have to do, then what goes on, then what came of it. */
export function stateOf({ cancelled, done, exported, failed, given, waiting, written }: RotationCounts): RotationState {
  if (waiting + exported > 0) return "waiting";
  if (written + given > 0) return "telling";
  if (failed > 0) return "failed";
  return done > 0 || cancelled === 0 ? "done" : "cancelled";
}
