import { createHash } from "node:crypto";
import type { Run } from "./plan.ts";
import type { DeskFacts, LeftOut, Scope, SharedValues } from "./scope.ts";
import { namesAt, scopesOf } from "./scopes.ts";

/** What a run of rows says in one place: of the whole phone, of one line, of one key. */
export interface Passage {
  readonly run: Run;
  /** Of the line, key or module, from 1. */
  readonly index: number;
  /** Number of the line, when there is one here. */
  readonly line?: number;
  /** Vendor names by the place of each row. */
  readonly names: readonly string[];
  /** Nothing is in use here. */
  readonly idle: boolean;
  /** What holds wherever the same settings do. */
  readonly shared?: SharedValues;
  /** Of the run's own rows, in their order. */
  readonly own: readonly (string | undefined)[];
  /** What the own rows could not say. */
  readonly leftOut: readonly LeftOut[];
}

const nothing: readonly never[] = [];

/** Everything that a phone is told, in the family's order. Small enough to be kept: what phones share is not copied. */
export function passagesOf(desk: DeskFacts, runs: readonly Run[]): readonly Passage[] {
  const passages: Passage[] = [];
  for (const run of runs) {
    for (const scope of scopesOf(run.over, desk)) passages.push(passageAt(run, scope));
  }
  return passages;
}

function passageAt(run: Run, scope: Scope): Passage {
  const { idle, index, line } = scope;
  if (idle) return idleAt(run, scope);
  const names = namesAt(run, scope);
  const shared = sharedAt(run, scope);
  const leftOut: LeftOut[] = [];
  const own: (string | undefined)[] = [];
  for (const at of run.own) own.push(run.readings[at]?.(scope, (each) => leftOut.push(each)));
  return {
    run,
    index,
    ...(line && { line: line.index }),
    names,
    idle,
    ...(shared && { shared }),
    own,
    leftOut: leftOut.length === 0 ? nothing : leftOut,
  };
}

/** The same for every phone of the model, and most of what a phone has is not in use. */
function idleAt(run: Run, scope: Scope): Passage {
  const names = namesAt(run, scope);
  const { index, idle } = scope;
  const found = run.idle.get(names) ?? { run, index, names, idle, own: nothing, leftOut: nothing };
  run.idle.set(names, found);
  return found;
}

/** By the place of each row. */
export function valuesOf({ idle, own, run, shared }: Passage): readonly (string | undefined)[] {
  if (idle) return run.unused;
  if (!shared) return own;
  if (own.length === 0) return shared.values;
  const values = shared.values.slice();
  for (let at = 0; at < own.length; at++) values[run.own[at] as number] = own[at];
  return values;
}

/** What only settings decide, worked out once for all phones and lines with these settings. */
function sharedAt(run: Run, scope: Scope): SharedValues | undefined {
  if (run.shared.length === 0) return undefined;
  const { kept } = scope.desk.plan;
  const settings = scope.line?.settings ?? scope.desk.settings;
  const known = kept.get(settings) ?? new Map<Run, SharedValues>();
  const found = known.get(run) ?? makeShared(run, scope);
  if (!known.has(run)) kept.set(settings, known.set(run, found));
  return found;
}

function makeShared(run: Run, scope: Scope): SharedValues {
  const leftOut: LeftOut[] = [];
  const values: (string | undefined)[] = run.rows.map(() => undefined);
  for (const at of run.shared) {
    values[at] = run.readings[at]?.(scope, ({ line: _, ...each }) => leftOut.push(each));
  }
  const text = run.shared.map((at) => values[at] ?? absent).join("\0");
  return { values, leftOut, digest: createHash("sha256").update(text).digest("base64") };
}

/** Stands for a value that is not there; no value holds it. */
export const absent = "\u0001";
