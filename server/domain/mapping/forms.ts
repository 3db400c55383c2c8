import { type DialRule, dialScript } from "../dial-plan.ts";
import type { MappingRow } from "../model.ts";
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

type Form = (input: FormInput) => string | undefined;

/** How values become a vendor's text; a row names its form with `as`, without one the first value is written. */
export const forms: Readonly<Record<string, Form>> = {
  text: ({ values }) => written(values[0]),
  first: ({ values }) => written(values.find((value) => value !== undefined)),
  join: ({ values, row }) => (values[0] as readonly unknown[]).map(String).join(String(row.with?.["by"] ?? ",")),
  hostPort,
  perLine: ({ values, scope }) => String(Number(values[0]) + scope.index - 1),
  divide: ({ values, row }) => String(Math.ceil(Number(values[0]) / Number(row.with?.["by"]))),
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
  dialScript: ({ values }) => dialScript(values[0] as readonly DialRule[]),
  keyScript,
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

/**
 * Function script of a key (`Extended_Function_n_`, `Unit_n_Key_m_`). Values: type, number, label, pickup.
 * Forms as the reference has them from the field (cisco.md C.2, lines and keys).
 */
function keyScript({ values: [type, number, label, pickup] }: FormInput): string | undefined {
  const name = label === undefined ? "" : `;nme=${label}`;
  if (type === "speed-dial") return `fnc=sd;ext=${number}@$PROXY${name}`;
  if (type !== "blf") return undefined;
  return `fnc=sd+blf${pickup === false ? "" : "+cp"};sub=${number}@$PROXY${name}`;
}
