import type { RawMap } from "../device.ts";
import type { KeySlot } from "../keys.ts";
import type { FamilyProfile, ModelProfile } from "../model.ts";
import type { LayerName } from "../settings/definition.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { OwnTemplates } from "../template.ts";
import type { TimeZoneTable } from "../time-zone.ts";
import type { Plan } from "./plan.ts";

/** A line as a phone sees it: `index` counts from 1; settings have the line's own laid over the device's. */
export interface LineFacts {
  readonly id: string;
  readonly index: number;
  readonly extension: string;
  readonly userId: string;
  readonly authId: string;
  readonly secret: string;
  readonly displayName: string;
  readonly settings: ResolvedSettings;
}

/** What a key may point at: any line of the organization. */
export interface KeyTarget {
  readonly extension: string;
  readonly displayName: string;
}

/** Everything that decides what a phone is told; no I/O is left to do. */
export interface DeskFacts {
  readonly family: FamilyProfile;
  readonly model: ModelProfile;
  /** How this model is told its settings. */
  readonly plan: Plan;
  readonly settings: ResolvedSettings;
  readonly lines: readonly LineFacts[];
  readonly slots: readonly KeySlot[];
  readonly modules: readonly string[];
  readonly targets: ReadonlyMap<string, KeyTarget>;
  /** Facts of the device and of the server by dotted name: `device.mac`, `server.phones`, `firmware.complete`. */
  readonly facts: Readonly<Record<string, string | undefined>>;
  readonly raw: readonly RawMap[];
  readonly zones: TimeZoneTable;
  /** What the organization made of the templates. */
  readonly own?: OwnTemplates;
  /** Digests of the templates that the device's own files are made with, shipped and own ones. */
  readonly templates?: string;
}

/** Where a row stands while it is repeated: a line, a key or a module of the phone, or the phone itself. */
export interface Scope {
  readonly desk: DeskFacts;
  /** Which one, from 1: line number, key position or module number. */
  readonly index: number;
  readonly line?: LineFacts;
  readonly slot?: KeySlot;
  readonly module?: string;
  /** True when the row is repeated over lines or keys and this one is not in use. */
  readonly idle: boolean;
}

/** What a run of rows says wherever the same settings hold; `values` by the place of each row. */
export interface SharedValues {
  readonly values: readonly (string | undefined)[];
  readonly leftOut: readonly LeftOut[];
  readonly digest: string;
}

/** Something that was to be told to the phone and that it can't take. */
export interface LeftOut {
  /** Setting or fact: `sip.transport`, `line.secret`, `key.label`. */
  readonly name: string;
  readonly layer: LayerName;
  readonly reason: string;
  /** Number of the line, from 1, when it is about one. */
  readonly line?: number;
  /** Index in the device's `keys`, when it is about one. */
  readonly key?: number;
}
