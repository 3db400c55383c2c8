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

function expand(path: string, { mac, psn, pn }: PhoneFacts): string {
  const macros: Readonly<Record<string, string>> = { MA: mac, MAU: mac.toUpperCase(), PSN: psn, PN: pn };
  return path.replace(/\$\(?([A-Z]+)\)?/g, (written, name: string) => macros[name] ?? written);
}
