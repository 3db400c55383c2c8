/** A dialled number and how many seconds the phone waits for more once it matches. */
export interface DialRule {
  readonly match: string;
  readonly wait: number;
}

/**
 * A dial plan script of MPP, PhoneOS, SPA and ATA: `(112S0|xxxxS3|*x.|xx.)`. Numbers that no sequence covers are
 * refused by these phones, hence the last two (Cisco MPP administration guide, installation chapter).
 */
export function dialScript(rules: readonly DialRule[]): string {
  const sequences = rules.map(({ match, wait }) => `${match.replace(/\.$/, "x.")}S${wait}`);
  return `(${[...sequences, "*x.", "xx."].join("|")})`;
}

/** A line of an enterprise dial template: digits, `.` one key, `*` the rest, `\*` a star. */
export interface DialTemplateLine {
  readonly match: string;
  readonly timeout: number;
}

/** At most this many lines: classes such as [2-9] are written out, which these templates can't say. */
const mostLines = 400;

/** The same plan for enterprise phones and the 7940/7960; ends with the line that matches everything. */
export function dialTemplate(rules: readonly DialRule[], timeout: number): readonly DialTemplateLine[] {
  const lines = rules.flatMap(({ match, wait }) => writeOut(match).map((each) => ({ match: each, timeout: wait })));
  return [...lines.slice(0, mostLines - 1), { match: "*", timeout }];
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
function classDigits(inside: string): string[] {
  const digits = new Set<string>();
  for (const [, from = "", to = from] of inside.matchAll(/([0-9])(?:-([0-9]))?/g)) {
    for (let digit = Number(from); digit <= Number(to); digit++) digits.add(String(digit));
  }
  return [...digits];
}
