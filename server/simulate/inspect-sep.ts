import { concluded, type Inspection, type Need, type Subject } from "./inspection.ts";
import { hasStrayText, readXml, walk, type XmlElement } from "./xml-tree.ts";

/** Attributes that tell one element of a list from the next. */
const positions = ["button", "idx", "priority"];

/** Elements that name a file the phone then asks for (cisco.md B.1, 3). */
const companions = ["dialTemplate", "softKeyFile", "featurePolicyFile"];

/** SIPCC's buffer is 32 bytes with the zero at its end (cisco.md C.1, name limits). */
const longestSecret = 31;

/** `SEP<MAC>.cnf.xml` of enterprise phones: cisco.md C.1. */
export function inspectSep(subject: Subject): Inspection {
  const { root, problems } = readXml(subject.body, ["device"]);
  if (!root) return concluded(undefined, problems);
  const { values, problems: found } = readPaths(root, subject);
  const all = [...problems, ...found, ...lineProblems(linesOf(root))];
  return concluded(root.name, all, values, needsOf(values, subject));
}

function readPaths(root: XmlElement, { family }: Subject): { values: Map<string, string>; problems: string[] } {
  const values = new Map<string, string>();
  const problems: string[] = [];
  const known = (path: string) => {
    if (!family.vocabularyTable.has(path)) problems.push(`${path} is not known to ${family.id}`);
  };
  const visitAttributes = ({ attributes }: XmlElement, path: string) => {
    for (const [name, value] of Object.entries(attributes)) {
      known(`${path}@${name}`);
      if (!positions.includes(name)) values.set(`${path}@${name}`, value);
    }
  };
  const visit = (element: XmlElement, path: string) => {
    visitAttributes(element, path);
    if (hasStrayText(element)) problems.push(`text stands between the elements of ${path}`);
    if (element.children.length > 0) return;
    known(path);
    if (values.has(path)) problems.push(`${path} stands twice`);
    if (element.text.trim() !== element.text) problems.push(`${path} has blanks at its ends`);
    values.set(path, element.text);
  };
  visit(root, root.name);
  walk(root, root.name, visit, stepOf);
  return { values, problems };
}

/** `line[button=1]` by the attribute that tells its place, else `ntp[2]` for an element with children that is repeated. */
function stepOf(child: XmlElement, parent: XmlElement): string {
  const position = positions.find((name) => child.attributes[name] !== undefined);
  if (position !== undefined) return `${child.name}[${position}=${child.attributes[position]}]`;
  const same = parent.children.filter(({ name, children }) => name === child.name && children.length > 0);
  return same.length > 1 && child.children.length > 0 ? `${child.name}[${same.indexOf(child) + 1}]` : child.name;
}

function linesOf(root: XmlElement): XmlElement[] {
  return ["sipProfile", "sipLines", "line"].reduce(
    (elements, name) => elements.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [root],
  );
}

function lineProblems(lines: readonly XmlElement[]): string[] {
  const buttons = lines.map(({ attributes }) => attributes["button"] ?? "");
  const doubled = buttons.filter((button, index) => button !== "" && buttons.indexOf(button) !== index);
  const registering = lines.filter((line) => childText(line, "featureID") === "9");
  return [
    ...(buttons.includes("") ? ["a line has no button"] : []),
    ...[...new Set(doubled)].map((button) => `button ${button} stands twice`),
    ...(registering.length === 0 ? ["no button is a line (featureID 9)"] : []),
    ...registering.flatMap(accountProblems),
  ];
}

function accountProblems(line: XmlElement): string[] {
  const button = line.attributes["button"] ?? "?";
  const missing = ["name", "authName", "authPassword", "proxy"].filter((name) => !childText(line, name));
  const tooLong = Buffer.byteLength(childText(line, "authPassword")) > longestSecret;
  return [
    ...missing.map((name) => `the line of button ${button} has no ${name}`),
    ...(tooLong ? [`the authPassword of button ${button} is longer than ${longestSecret} bytes`] : []),
  ];
}

function childText({ children }: XmlElement, name: string): string {
  return children.find((child) => child.name === name)?.text ?? "";
}

/** A load that is not there makes the phone ask for it for ever (cisco.md G, 2). */
function needsOf(values: ReadonlyMap<string, string>, { family }: Subject): Need[] {
  const needs: Need[] = [];
  for (const [path, value] of values) {
    if (value === "") continue;
    const by = path.slice(path.lastIndexOf("/") + 1);
    if (by === "loadInformation") needs.push({ by, file: `${value}${family.firmware.ending}` });
    if (companions.includes(by)) needs.push({ by, file: value });
  }
  return needs;
}
