import type { Tone } from "../country.ts";
import { dialScript, makeDialPlan } from "../dial-plan.ts";
import type { MappingRow } from "../model.ts";
import { fillPattern, toneScript } from "./patterns.ts";
import type { Scope } from "./scope.ts";
import { zonePart } from "./zone.ts";

/** Thrown by a form: this phone has no way to say the value. The message says why, for people. */
export class CannotCarry extends Error {}

export interface FormInput {
  /** The row's values in order; at least one of them is there. */
  readonly values: readonly unknown[];
  readonly row: MappingRow;
  readonly scope: Scope;
}

/** Values as a vendor's text; undefined where there is nothing to say. */
export type Form = (input: FormInput) => string | undefined;

/** How values become a vendor's text; a row names its form with `as`, without one the first value is written. */
export const forms: Readonly<Record<string, Form>> = {
  text: ({ values }) => written(values[0]),
  first: ({ values }) => written(values.find((value) => value !== undefined)),
  join: ({ values, row }) => (values[0] as readonly unknown[]).map(String).join(String(row.with?.["by"] ?? ",")),
  hostPort,
  perLine: ({ values, scope }) => String(Number(values[0]) + scope.index - 1),
  divide: ({ values, row }) => {
    const parts = Number(values[0]) / Number(row.with?.["by"]);
    return String(row.with?.["round"] === "down" ? Math.floor(parts) : Math.ceil(parts));
  },
  codec,
  includes: ({ values, row }) => String((values[0] as readonly unknown[]).includes(row.with?.["item"])),
  any: ({ values }) => String(values.some((value) => value !== undefined && value !== 0)),
  timeZone: ({ values, row, scope }) => {
    const { zones } = scope.desk;
    const part = zonePart(zones, String(values[0]), String(row.with?.["dialect"]), String(row.with?.["part"]));
    if ("cannot" in part) throw new CannotCarry(part.cannot);
    return part.value;
  },
  pair: ({ values }) => values.map(String).join(" "),
  dialScript: ({ values }) => dialScript(makeDialPlan(values)),
  multiply: ({ values, row }) => String(Number(values[0]) * Number(row.with?.["by"])),
  tos: ({ values }) => `0x${(Number(values[0]) * 4).toString(16)}`,
  tone: ({ values, row }) =>
    toneScript(values[0] as Tone, {
      level: Number(row.with?.["level"]),
      lasts: String(row.with?.["lasts"]),
    }),
  fill: (input) => fillPattern(String(input.row.with?.["pattern"]), lookupIn(input)),
  script,
  given,
  record,
  items,
  beside: ({ values, row }) => (values[0] === undefined ? undefined : String(values[1] ?? row.with?.["else"])),
  transport,
  matching,
  aim,
  standIn,
  eachLine,
  rule: ({ values }) => String(values[0]).replaceAll("{phones}", String(values[1] ?? "")),
};

function written(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** `host:port`; an IPv6 address goes into brackets (RFC 3261 section 19.1.1). */
function hostPort({ values: [host, port] }: FormInput): string | undefined {
  if (host === undefined) return undefined;
  const name = String(host).includes(":") ? `[${host}]` : String(host);
  return port === undefined ? name : `${name}:${port}`;
}

/** The n-th of the codecs that this family has a name for; later ones of a short list are left out. */
function codec({ values, row }: FormInput): string | undefined {
  const wanted = values[0] as readonly string[];
  const possible = wanted.filter((name) => row.table?.[name] !== undefined);
  if (possible.length === 0) throw new CannotCarry(`this phone has none of ${wanted.join(", ")}`);
  return possible[Number(row.with?.["index"] ?? 0)];
}

/** Forms whose text depends on where the row stands, and not on the values alone. */
export const dependsOnPlace: ReadonlySet<string> = new Set(["perLine", "eachLine"]);

/** Forms that read the row's table themselves. */
export const readsTable: ReadonlySet<string> = new Set(["script", "items", "record", "standIn", "eachLine"]);

function namesIn({ from = [] }: MappingRow): readonly string[] {
  return typeof from === "string" ? [from] : from;
}

function lookupIn({ row, values }: FormInput): (name: string) => unknown {
  const names = namesIn(row);
  return (name) => values[names.indexOf(name)];
}

/** Which of the values is there: the name of the first one. */
function given({ row, values }: FormInput): string | undefined {
  return namesIn(row)[values.findIndex((value) => value !== undefined)];
}

/**
 * A script by what the first value says, `table` holding the pattern of each: `blf`, or `blf true` where one of the next
 * `with.counts` values (one when absent) counts as well.
 */
function script(input: FormInput): string | undefined {
  const [first, ...others] = input.values;
  const { table, with: { counts = 1 } = {} } = input.row;
  const both = others.slice(0, Number(counts)).map((other) => table?.[`${first} ${other}`]);
  const pattern = both.find((each) => each !== undefined) ?? table?.[String(first)];
  return pattern === undefined ? undefined : fillPattern(pattern, lookupIn(input));
}

/**
 * Of a list of records the n-th (`with.index`, from 0), the first whose `with.field` is `with.is`, or without either all
 * of them, joined by `with.by`: in a pattern whose places are the record's fields. The row's table says what stands for
 * a field's value, `listen true`, or where there is none, `listen undefined`.
 */
function record({ values, row }: FormInput): string | undefined {
  const { by = "", field, index, is, pattern } = row.with ?? {};
  const all = values[0] as readonly Record<string, unknown>[];
  const broken = all.flatMap((each) => Object.values(each)).find((value) => String(value).includes(";"));
  if (broken !== undefined) throw new CannotCarry(`can't hold ; on this phone: ${broken}`);
  const fill = (each: Record<string, unknown>) =>
    fillPattern(String(pattern), (name) => row.table?.[`${name} ${each[name]}`] ?? each[name]);
  if (index === undefined && field === undefined) return all.map(fill).join(String(by));
  const found = field === undefined ? all[Number(index)] : all.find((each) => String(each[field]) === String(is));
  return found && fill(found);
}

/** Each of a list by the row's table, joined by `with.by`; with `with.number` its place follows, `redial|1`. */
function items({ values, row }: FormInput): string {
  const names = values[0] as readonly string[];
  const numbered = row.with?.["number"];
  const unknown = names.find((name) => row.table?.[name] === undefined);
  if (unknown !== undefined) throw new CannotCarry(`can't hold ${unknown} on this phone`);
  return names
    .map((name, at) => `${row.table?.[name]}${numbered === undefined ? "" : `${numbered}${at + 1}`}`)
    .join(String(row.with?.["by"] ?? ","));
}

/** How SIP travels, where the model can. */
function transport({ values: [value], scope }: FormInput): string {
  const { sip } = scope.desk.model.can;
  if (sip.some((each) => each === value)) return String(value);
  throw new CannotCarry(`can be ${sip.join(", ")} on this phone, not ${value}`);
}

/**
 * A text that `with.pattern` matches: its first group, else all of it, or `with.gives` in its place. Another one can't
 * be carried where `with.why` says the reason, and is left out in silence where nothing does.
 */
function matching({ values, row }: FormInput): string | undefined {
  const { gives, pattern, why } = row.with ?? {};
  const [whole, group] = new RegExp(String(pattern)).exec(String(values[0])) ?? [];
  if (whole === undefined && why !== undefined) throw new CannotCarry(String(why));
  return whole === undefined || gives === undefined ? (group ?? whole) : String(gives);
}

/**
 * A key's type, for the row's table; those in `with.never` can't have a target on this phone, and those in `with.always`
 * need one.
 */
function aim({ values: [type, number], row }: FormInput): string {
  const isAmong = (list: "never" | "always") => String(row.with?.[list]).split(",").includes(String(type));
  if (number !== undefined && isAmong("never")) {
    throw new CannotCarry(`has no target on this phone when it is a key of type ${type}`);
  }
  if (number === undefined && isAmong("always")) {
    throw new CannotCarry(`needs a target on this phone when it is a key of type ${type}`);
  }
  return String(type);
}

/** The first value as it is; without one the second, by the row's table. */
function standIn({ values: [first, second], row }: FormInput): string | undefined {
  return first === undefined ? row.table?.[String(second)] : String(first);
}

/** One setting of each of the phone's lines, by the row's table, side by side: `110`. */
function eachLine({ row, scope }: FormInput): string {
  const name = String(row.from);
  return scope.desk.lines.map(({ settings }) => row.table?.[String(settings.get(name)?.value)] ?? "").join("");
}
