import type { PhoneFacts } from "./inspection.ts";

/**
 * The paths on the server that a profile or upgrade rule may ask for: `[(condition)?] [[options] URL]`, alternatives
 * separated by `|` (cisco.md B.3, rule grammar). A path with a macro that can't be known here is left out.
 */
export function pathsOfRule(rule: string, facts: PhoneFacts): readonly string[] {
  return rule.split("|").flatMap((alternative) => {
    const address = alternative
      .replace(/^.*\)\s*[?!]/s, "")
      .replace(/^\s*(?:\[[^\]]*\]\s*)*/, "")
      .trim();
    const path = expand(address.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#].*$/s, ""), facts);
    return path === "" || path === "/" || path.includes("$") ? [] : [path];
  });
}

/** True when the rule's address differs from phone to phone, so that it can lead to a phone's own file. */
export function leadsToOwnFile(rule: string): boolean {
  return /\$\(?(?:MA|MAU|MAC|SN|SERIAL_NUMBER)\b/.test(rule);
}

/** Where a phone sends its own state. */
export interface ReportTarget {
  readonly scheme: string;
  /** With the query. */
  readonly path: string;
  /** Only what was changed at the phone. */
  readonly isDelta: boolean;
}

/** Of `Report_Rule`: up to two of `[options] URL`, separated by a blank (vocabulary of MPP). */
export function reportTargets(rule: string, facts: PhoneFacts): readonly ReportTarget[] {
  const targets = [...rule.matchAll(/((?:\[[^\]]*\]\s*)*)(\S+)/g)].slice(0, 2);
  return targets.map(([, options = "", url = ""]) => {
    const [, scheme = "tftp", rest = ""] = /^(?:([a-z]+):\/\/[^/]*)?(.*)$/i.exec(url) ?? [];
    const isDelta = /--delta\b/.test(options);
    return { scheme: scheme.toLowerCase(), path: `/${expand(rest, facts).replace(/^\//, "")}`, isDelta };
  });
}

function expand(path: string, { mac, psn, pn }: PhoneFacts): string {
  const macros: Readonly<Record<string, string>> = { MA: mac, MAU: mac.toUpperCase(), PSN: psn, PN: pn };
  return path.replace(/\$\(?([A-Z]+)\)?/g, (written, name: string) => macros[name] ?? written);
}
