import { concluded, decode, type Inspection, type Subject } from "./inspection.ts";
import { readXml, walk, type XmlElement } from "./xml-tree.ts";

/** Limits of the lists of rings and pictures and of soft key files (cisco.md C.1, companion files). */
const mostListed = 50;
const longestRingName = 25;
const mostSoftKeys = 16;

/** `dialplan.xml`: children TEMPLATE in upper case; attributes in either case, as both are in the field. */
export function inspectDialTemplate({ body }: Subject): Inspection {
  return inspectXml(body, ["dialTemplate", "DIALTEMPLATE"], (root) => [
    ...(root.children.length === 0 ? ["has no TEMPLATE"] : []),
    ...root.children.flatMap((child, index) => templateProblems(child, index + 1)),
  ]);
}

function templateProblems({ name, attributes }: XmlElement, place: number): string[] {
  if (name !== "TEMPLATE") return [`element ${place} is not TEMPLATE`];
  const match = attributes["match"] ?? attributes["MATCH"];
  const timeout = attributes["timeout"] ?? attributes["Timeout"] ?? attributes["TIMEOUT"];
  const problems: string[] = [];
  if (match === undefined) problems.push(`TEMPLATE ${place} has no match`);
  else if (!/^(?:[0-9A-D#.*,+]|\\\*)*$/.test(match)) problems.push(`TEMPLATE ${place} has a match that is no pattern`);
  if (timeout === undefined || !/^\d+$/.test(timeout)) problems.push(`TEMPLATE ${place} has no timeout in seconds`);
  return problems;
}

/** `Ringlist.xml`, `Ringlist-wb.xml`. */
export function inspectRingList({ body }: Subject): Inspection {
  return inspectXml(body, ["CiscoIPPhoneRingList"], (root) =>
    ringProblems(root.children.map((ring) => ["DisplayName", "FileName"].map((name) => textBelow(ring, name)))),
  );
}

/** `RINGLIST.DAT` of the 7940 and 7960: display name, tab, file name. */
export function inspectRingListText({ body }: Subject): Inspection {
  const { text, problems } = decode(body);
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  return concluded(undefined, [...problems, ...ringProblems(lines.map((line) => line.split("\t")))]);
}

function ringProblems(rings: readonly (readonly string[])[]): string[] {
  const most = rings.length > mostListed ? [`has ${rings.length} rings, more than ${mostListed}`] : [];
  const names = rings.flatMap((ring, index) => {
    const right = ring.length === 2 && ring.every((name) => name !== "" && name.length <= longestRingName);
    return right ? [] : [`ring ${index + 1} needs two names of 1 to ${longestRingName} characters`];
  });
  return [...most, ...names];
}

const dialRuleAttributes = ["BeginsWith", "NumDigits", "DigitsToRemove", "PrefixWith"];

/** `AppDialRules.xml`. */
export function inspectApplicationDialRules({ body }: Subject): Inspection {
  return inspectXml(body, ["DialRules"], (root) =>
    root.children.flatMap(({ name, attributes }, index) => {
      if (name !== "DialRule") return [`element ${index + 1} is not DialRule`];
      const missing = dialRuleAttributes.filter((attribute) => attributes[attribute] === undefined);
      return missing.map((attribute) => `DialRule ${index + 1} has no ${attribute}`);
    }),
  );
}

/** `Desktops/<width>x<height>x<depth>/List.xml`: both addresses by TFTP, both PNG. */
export function inspectWallpaperList({ body }: Subject): Inspection {
  return inspectXml(body, ["CiscoIPPhoneImageList"], ({ children }) => [
    ...(children.length > mostListed ? [`has ${children.length} pictures, more than ${mostListed}`] : []),
    ...children.flatMap(({ name, attributes }, index) => {
      if (name !== "ImageItem") return [`element ${index + 1} is not ImageItem`];
      const wrong = ["Image", "URL"].filter((each) => !/^TFTP:.+\.png$/i.test(attributes[each] ?? ""));
      return wrong.map((each) => `picture ${index + 1} has no ${each} of the form TFTP:….png`);
    }),
  ]);
}

/** `featurepolicy….xml`: each feature with a number of its own and true or false. */
export function inspectFeaturePolicy({ body }: Subject): Inspection {
  return inspectXml(body, ["featurePolicy"], (root) => {
    const features = below(root, "featureDef");
    const ids = features.map((feature) => textBelow(feature, "id"));
    return [
      ...(features.length === 0 ? ["has no featureDef"] : []),
      ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `feature ${id} stands twice`),
      ...features.flatMap((feature, at) => [
        ...(/^[1-9]\d*$/.test(ids[at] ?? "") ? [] : [`feature ${at + 1} has no number`]),
        ...(/^(?:true|false)$/.test(textBelow(feature, "enable")) ? [] : [`feature ${at + 1} is neither on nor off`]),
      ]),
    ];
  });
}

function textBelow({ children }: XmlElement, name: string): string {
  return children.find((child) => child.name === name)?.text ?? "";
}

/** `softkeys….xml`: at most 16 keys a call state, each of them defined above. */
export function inspectSoftKeys({ body }: Subject): Inspection {
  return inspectXml(body, ["softKeyCfg"], (root) => {
    const defined = new Set(below(root, "softKeyDef").map(({ attributes }) => attributes["keyID"]));
    return below(root, "softKeySet").flatMap(({ attributes, children }) => {
      const state = `the soft keys of ${attributes["id"] ?? "a state"}`;
      const unknown = children.filter((key) => !defined.has(key.attributes["keyID"]));
      return [
        ...(children.length > mostSoftKeys ? [`${state} are more than ${mostSoftKeys}`] : []),
        ...(unknown.length > 0 ? [`${state} name ${unknown.length} that are not defined`] : []),
      ];
    });
  });
}

/** `XMLDefault.cnf.xml`: a call manager or a load in it would take phones away (cisco.md C.1; issue 2). */
export function inspectXmlDefault({ body }: Subject): Inspection {
  return inspectXml(body, ["Default"], (root) => {
    const problems: string[] = [];
    walk(root, "", ({ name }) => {
      if (/^(?:callManager|processNodeName)/i.test(name)) problems.push(`names a call manager (${name})`);
      if (/^loadInformation/i.test(name)) problems.push(`names a load (${name})`);
    });
    return problems;
  });
}

/** `syncinfo.xml` of the 7940 and 7960. */
export function inspectSyncInfo({ body }: Subject): Inspection {
  return inspectXml(body, ["SYNCINFO"], (root) => (below(root, "IMAGE").length === 1 ? [] : ["has not one IMAGE"]));
}

function inspectXml(body: Buffer, roots: readonly string[], check: (root: XmlElement) => string[]): Inspection {
  const { root, problems } = readXml(body, roots);
  return root ? concluded(root.name, [...problems, ...check(root)], stampIn(root)) : concluded(undefined, problems);
}

/** What the phone compares with what it is told: the only value of a companion that it is asked about. */
function stampIn(root: XmlElement): ReadonlyMap<string, string> {
  const stamp = textBelow(root, "versionStamp");
  return new Map(stamp === "" ? [] : [[`${root.name}/versionStamp`, stamp]]);
}

function below(root: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  walk(root, "", (element) => {
    if (element.name === name) found.push(element);
  });
  return found;
}
