import type { ResolvedSettings } from "./settings.ts";

/** A dialled number and how many seconds the phone waits for more once it matches. */
export interface DialRule {
  readonly match: string;
  readonly wait: number;
}

/** Everything that decides when a phone dials what is typed. */
export interface DialPlan {
  /** Emergency numbers first, then the plan; the first that matches counts. */
  readonly rules: readonly DialRule[];
  /** Seconds after which anything else is dialled. */
  readonly timeout: number;
  /** Dialled by itself when nothing was typed for `delay` seconds. */
  readonly hotline?: { readonly number: string; readonly delay: number };
}

export function dialPlanOf(settings: ResolvedSettings): DialPlan {
  const value = (name: string) => settings.get(name)?.value;
  return makeDialPlan([
    value("dial.plan"),
    value("phone.emergencyNumbers"),
    value("dial.timeout"),
    value("dial.hotline"),
    value("dial.hotlineDelay"),
  ]);
}

/** Values of dial.plan, phone.emergencyNumbers, dial.timeout, dial.hotline and dial.hotlineDelay, in this order. */
export function makeDialPlan([
  plan = [],
  emergency = [],
  timeout = 5,
  hotline,
  delay = 0,
]: readonly unknown[]): DialPlan {
  const urgent = (emergency as readonly string[]).map((match): DialRule => ({ match, wait: 0 }));
  const known = new Set(urgent.map(({ match }) => match));
  const rules = [...urgent, ...(plan as readonly DialRule[]).filter(({ match }) => !known.has(match))];
  const own = hotline === undefined ? {} : { hotline: { number: String(hotline), delay: Number(delay) } };
  return { rules, timeout: Number(timeout), ...own };
}

/**
 * A dial plan script of MPP, PhoneOS, SPA and ATA: `(112S0|xxxxS3|*x.|xx.)`. Numbers that no sequence covers are
 * refused by these phones, hence the last two (Cisco MPP administration guide, installation chapter). A hot line is a
 * sequence that needs no digit: `S0<:9721>` leaves no time for one, `P5<:9721>` leaves five seconds.
 */
export function dialScript({ rules, hotline }: DialPlan): string {
  if (hotline?.delay === 0) return `(S0<:${hotline.number}>)`;
  const sequences = rules.map(({ match, wait }) => `${match.replace(/\.$/, "x.")}S${wait}`);
  const warm = hotline ? [`P${hotline.delay}<:${hotline.number}>`] : [];
  return `(${[...warm, ...sequences, "*x.", "xx."].join("|")})`;
}

/** A line of an enterprise dial template: digits, `.` one key, `*` the rest, `\*` a star; no match is a hot line. */
export interface DialTemplateLine {
  readonly match: string;
  readonly timeout: number;
  readonly rewrite?: string;
}

/** At most this many lines: classes such as [2-9] are written out, which these templates can't say. */
const mostLines = 400;

/** The same plan for enterprise phones and the 7940/7960; ends with the line that matches everything. */
export function dialTemplate({ rules, timeout, hotline }: DialPlan): readonly DialTemplateLine[] {
  const lines = rules.flatMap(({ match, wait }) => writeOut(match).map((each) => ({ match: each, timeout: wait })));
  const begin = hotline ? [{ match: "", timeout: hotline.delay, rewrite: hotline.number }] : [];
  return [...begin, ...lines.slice(0, mostLines - 2), { match: "*", timeout }];
}

function writeOut(match: string): string[] {
  let written = [""];
  for (const [token] of match.matchAll(/\[[^\]]+\]|./g)) {
    const choices = translate(token);
    written = written.flatMap((begun) => choices.map((choice) => begun + choice)).slice(0, mostLines);
  }
  return written;
}

function translate(token: string): string[] {
  if (token === "x") return ["."];
  if (token === ".") return ["*"];
  if (token === "*") return ["\\*"];
  return token.startsWith("[") ? classDigits(token.slice(1, -1)) : [token];
}

/** `2-9` or `246` or `13-5`: the digits one by one. */
export function classDigits(inside: string): string[] {
  const digits = new Set<string>();
  for (const [, from = "", to = from] of inside.matchAll(/([0-9])(?:-([0-9]))?/g)) {
    for (let digit = Number(from); digit <= Number(to); digit++) digits.add(String(digit));
  }
  return [...digits];
}
