import type { FamilyProfile, MappingRow, ModelProfile } from "../model.ts";
import { type ResolvedSettings, settingDefinitions } from "../settings.ts";
import { dependsOnPlace } from "./forms.ts";
import type { Passage } from "./passages.ts";
import { type Reading, readingOf } from "./readings.ts";
import type { SharedValues } from "./scope.ts";
import { type Repetition, repetitionOf } from "./scopes.ts";

/** Rows that stand together and repeat alike: over lines, over keys, or once. */
export interface Run {
  readonly over: Repetition;
  readonly rows: readonly MappingRow[];
  /** The rows whose values only settings decide, by their place in `rows`. */
  readonly shared: readonly number[];
  /** The others: they need the line, the key or the device itself. */
  readonly own: readonly number[];
  /** How each row is read. */
  readonly readings: readonly Reading[];
  /** What each row says where nothing is in use. */
  readonly unused: readonly (string | undefined)[];
  /** Names of the rows by where they stand (`namesAt`), as far as they were asked for. */
  readonly names: Map<number, readonly string[]>;
  /** What stands where nothing is in use, by those names. */
  readonly idle: Map<readonly string[], Passage>;
}

/**
 * How one model is told its settings: the rows of its family that apply to it, in runs. Phones with the same settings
 * share most of what they are told, so the plan keeps those values for as long as the settings object lives.
 */
export interface Plan {
  readonly runs: readonly Run[];
  readonly bootstrap: readonly Run[];
  /** Settings that reach the phone, as a parameter or in a document of its own. */
  readonly carried: ReadonlySet<string>;
  /** Those that may differ from line to line on this model. */
  readonly perLine: ReadonlySet<string>;
  /** Settings that documents of the device are made of. */
  readonly inDocuments: readonly string[];
  /** Part of every digest: what the files are, whatever stands in them. */
  readonly layout: string;
  readonly kept: WeakMap<ResolvedSettings, Map<Run, SharedValues>>;
}

export function createPlan(family: FamilyProfile, model: ModelProfile): Plan {
  const rows = family.mapping.filter((row) => applies(row.when, model));
  const files = family.files.filter((file) => applies(file.when, model));
  const documents = files.flatMap(({ from }) => from ?? []);
  const repeated = rows.filter(({ to }) => /\{(?:line|key|button)\}/.test(to)).flatMap(({ from }) => from ?? []);
  return {
    runs: runsOf(rows, family, model),
    bootstrap: runsOf(
      rows.filter(({ bootstrap }) => bootstrap),
      family,
      model,
    ),
    carried: new Set([...rows.flatMap(({ from }) => from ?? []), ...documents, ...firmwareSettings]),
    perLine: new Set(repeated),
    inDocuments: files.filter(({ serves }) => serves === "device").flatMap(({ from }) => from ?? []),
    layout: JSON.stringify([model.id, files]),
    kept: new WeakMap(),
  };
}

/** Told through facts of their own, which say whether the shelf holds the load. */
const firmwareSettings = ["firmware.version", "firmware.downgrade"];

/** Whether a row or file is meant for a model: each named quirk has one of the values. */
export function applies(when: MappingRow["when"], { quirks }: Pick<ModelProfile, "quirks">): boolean {
  return Object.entries(when ?? {}).every(([name, values]) => {
    const value = quirks[name];
    return value !== undefined && values.includes(value);
  });
}

function runsOf(rows: readonly MappingRow[], family: FamilyProfile, model: ModelProfile): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < rows.length; ) {
    const over = repetitionOf(rows[from]);
    let to = from + 1;
    while (to < rows.length && repetitionOf(rows[to]) === over) to++;
    const together = rows.slice(from, to);
    const readings = together.map((row) => readingOf(row, family, model));
    runs.push({ ...runOf(over, together), readings });
    from = to;
  }
  return runs;
}

function runOf(over: Repetition, rows: readonly MappingRow[]): Omit<Run, "readings"> {
  const places = rows.map((_, at) => at);
  const isShared = (at: number) => (over === "once" || over === "line") && onlySettings(rows[at] as MappingRow);
  return {
    over,
    rows,
    shared: places.filter(isShared),
    own: places.filter((at) => !isShared(at)),
    unused: rows.map(({ unused }) => unused),
    names: new Map(),
    idle: new Map(),
  };
}

function onlySettings({ as, from }: MappingRow): boolean {
  if (as !== undefined && dependsOnPlace.has(as)) return false;
  const names = typeof from === "string" ? [from] : (from ?? []);
  return names.every((name) => settingDefinitions.has(name));
}
