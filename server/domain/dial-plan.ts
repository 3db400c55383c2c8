import {
  anyDigit,
  classDigits,
  inCommon,
  type NumberSet,
  parseNumbers,
  without,
  writeNumbers,
} from "./number-patterns.ts";
import type { ResolvedSettings } from "./settings.ts";

/** A dialled number and how many seconds the phone waits for more once it matches. */
export interface DialRule {
  readonly match: string;
  readonly wait: number;
}

/** Everything that decides when a phone dials what is typed. */
export interface DialPlan {
  /** Emergency numbers first; no other rule begins with one, or dials at once what may become one. */
  readonly rules: readonly DialRule[];
  /** Seconds after which anything else is dialled. */
  readonly timeout: number;
  /** Dialled by itself when nothing was typed for `delay` seconds. */
  readonly hotline?: { readonly number: string; readonly delay: number };
}

/** Seconds a phone waits for another digit where a complete number may also be the beginning of a longer one. */
const shortWait = 3;

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
  const urgent = emergency as readonly string[];
  const rules = [
    ...urgent.map((match): DialRule => ({ match, wait: 0 })),
    ...(plan as readonly DialRule[]).flatMap((rule) => besideUrgent(rule, urgent)),
  ];
  const own = hotline === undefined ? {} : { hotline: { number: String(hotline), delay: Number(delay) } };
  return { rules, timeout: Number(timeout), ...own };
}

/**
 * A rule that leaves room for emergency numbers. Enterprise phones take the rule with more digits that are written out, and
 * wait when a longer one has as many (Cisco SIP IP Phone administrator guide, dial plans): so no rule writes out an
 * emergency number and goes on, which could not be dialled to its end anyway; and none dials at once what may become one.
 */
export function besideUrgent(rule: DialRule, urgent: readonly string[]): readonly DialRule[] {
  const sets = urgent.map(parseNumbers);
  const all = parseNumbers(rule.match);
  const left = sets.reduce<readonly NumberSet[]>(
    (some, number) => some.flatMap((each) => (writesOut(each, number) ? without(each, number) : [each])),
    [all],
  );
  const waits = rule.wait >= shortWait || all.open;
  return left.flatMap((each) => (waits ? [written(each, rule.wait)] : atOnceOrNot(each, sets, rule.wait)));
}

/** Whether some line of the rule, with its classes written out, begins with the number digit by digit. */
function writesOut({ places }: NumberSet, number: NumberSet): boolean {
  return number.places.every((digit, at) => places[at]?.includes(digit) && places[at] !== anyDigit);
}

/**
 * Rules for a set of numbers: those that may be the beginning of one of `longer` wait, the others as `wait` says. An open
 * one always waits.
 */
export function atOnceOrNot(numbers: NumberSet, longer: readonly NumberSet[], wait = 0): DialRule[] {
  if (numbers.open) return [written(numbers, Math.max(wait, shortWait))];
  let free: readonly NumberSet[] = [numbers];
  const waiting: NumberSet[] = [];
  for (const other of longer) {
    if (!isLonger(other, numbers)) continue;
    const both = inCommon(numbers, other);
    if (!both) continue;
    waiting.push(both);
    free = free.flatMap((each) => without(each, both));
  }
  return [...free.map((each) => written(each, wait)), ...uncovered(waiting).map((each) => written(each, shortWait))];
}

function isLonger(one: NumberSet, other: NumberSet): boolean {
  return one.open || one.places.length > other.places.length;
}

function written(numbers: NumberSet, wait: number): DialRule {
  return { match: writeNumbers(numbers), wait };
}

/** Each once, and without those that another one holds. */
function uncovered(sets: readonly NumberSet[]): readonly NumberSet[] {
  const known = new Map(sets.map((each) => [writeNumbers(each), each]));
  return [...known.values()].filter(
    (each) => ![...known.values()].some((other) => other !== each && without(each, other).length === 0),
  );
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
const mostLines = 600;

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
