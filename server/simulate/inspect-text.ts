import { concluded, decode, type Inspection, type Need, type Subject } from "./inspection.ts";

type Values = ReadonlyMap<string, string>;

/** `key: value`, the value in quotation marks or up to the comment (cisco.md B.2). */
const assignment = /^([A-Za-z]\w*)\s*:\s*(?:"([^"]*)"|([^";]*?))\s*(?:;.*)?$/;

/** What a line that is not in use says. */
const unused = new Set(["", "UNPROVISIONED"]);

/** `SIP<MAC>.cnf` of the 7940 and 7960. */
export function inspectTextDevice(subject: Subject): Inspection {
  return inspectText(subject, (values) => lineProblems(values));
}

/** `SIPDefault.cnf`: every phone gets it, so it holds no secret. */
export function inspectTextDefault(subject: Subject): Inspection {
  return inspectText(subject, (values, { family }) =>
    [...values]
      .filter(([name, value]) => family.vocabularyTable.isSecret(name) && !unused.has(value))
      .map(([name]) => `${name} is a secret and stands in a file for every phone`),
  );
}

function inspectText(subject: Subject, check: (values: Values, subject: Subject) => string[]): Inspection {
  const { values, problems } = readAssignments(subject);
  return concluded(undefined, [...problems, ...check(values, subject)], values, needsOf(values, subject));
}

function readAssignments({ body, family }: Subject): { values: Values; problems: string[] } {
  const { text, problems: decoding } = decode(body);
  const problems = [...decoding];
  const values = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:[;#].*)?$/.test(line)) continue;
    const [, name, quoted, bare = ""] = assignment.exec(line.trim()) ?? [];
    if (name === undefined) {
      problems.push(`line ${index + 1} is not of the form key: value`);
      continue;
    }
    if (!family.vocabularyTable.has(name)) problems.push(`${name} is not known to ${family.id}`);
    if (values.has(name)) problems.push(`${name} stands twice`);
    values.set(name, quoted ?? bare);
  }
  return { values, problems };
}

function lineProblems(values: Values): string[] {
  const used = (name: string) => !unused.has(values.get(name) ?? "");
  const lines = [1, 2, 3, 4, 5, 6].filter((line) => used(`line${line}_name`));
  if (lines.length === 0) return ["no line is set up"];
  return lines.flatMap((line) =>
    [`line${line}_authname`, `line${line}_password`, `proxy${line}_address`]
      .filter((name) => !used(name))
      .map((name) => `line${line}_name is set and ${name} is empty`),
  );
}

function needsOf(values: Values, { family }: Subject): Need[] {
  const image = values.get("image_version");
  const dialTemplate = values.get("dial_template");
  return [
    ...(image ? [{ by: "image_version", file: `${image}${family.firmware.ending}` }] : []),
    ...(dialTemplate ? [{ by: "dial_template", file: `${dialTemplate}.xml` }] : []),
  ];
}
