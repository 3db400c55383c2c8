import { concluded, type Inspection, type Need, type Subject } from "./inspection.ts";
import { leadsToOwnFile, pathsOfRule } from "./rules.ts";
import { hasStrayText, readXml, walk, type XmlElement } from "./xml-tree.ts";

type Values = ReadonlyMap<string, string>;

/** What a bootstrap may hold: the rules and timers of provisioning. Listed here, not read from the profile under test. */
const provisioning =
  /^(?:Provision_Enable|(?:Forced_)?Resync_\w+|User_Configurable_Resync|Profile_(?:Rule|Authentication)\w*|DHCP(?:v6)?_Option_To_Use|Upgrade_\w+|Transport_Protocol|Custom_CA_Rule|HTTP_User_Agent_Name|Log_\w+_Msg|Log_Re\w+|GPP_[A-P])$/;

/** A phone's own flat profile (MPP, PhoneOS, SPA, ATA): cisco.md C.2. */
export function inspectFlatDevice(subject: Subject): Inspection {
  return inspectFlat(subject, (values) => lineProblems(values));
}

/** The profile of a model, which every phone of it gets before anything is proven. */
export function inspectFlatBootstrap(subject: Subject): Inspection {
  return inspectFlat(subject, (values, { family }) => [
    ...[...values.keys()].flatMap((name) => {
      if (family.vocabularyTable.isSecret(name)) return [`${name} is a secret and stands in a bootstrap`];
      return provisioning.test(name) ? [] : [`${name} has no place in a bootstrap`];
    }),
    ...(rulesOf(values).some(leadsToOwnFile) ? [] : ["no rule leads to the phone's own file"]),
  ]);
}

function inspectFlat(subject: Subject, check: (values: Values, subject: Subject) => string[]): Inspection {
  const { root, problems } = readXml(subject.body, ["flat-profile"]);
  if (!root) return concluded(undefined, problems);
  const { values, problems: found } = readParameters(root, subject);
  const all = [...problems, ...found, ...ruleProblems(values), ...check(values, subject)];
  return concluded(root.name, all, values, upgradeNeeds(values, subject));
}

/** Elements as the phone takes them: blanks at the ends are cut off, line breaks become blanks, the last one wins. */
function readParameters(root: XmlElement, { family }: Subject): { values: Values; problems: string[] } {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  const problems: string[] = hasStrayText(root) ? ["text stands between the elements"] : [];
  walk(root, "", (element, path) => {
    if (seen.has(path)) problems.push(`${path} stands twice`);
    seen.add(path);
    if (hasStrayText(element)) problems.push(`text stands between the elements of ${path}`);
    if (element.children.length > 0) return;
    if (!family.vocabularyTable.has(path)) problems.push(`${path} is not known to ${family.id}`);
    if (element.text.trim() !== element.text) problems.push(`${path} loses blanks at its ends`);
    else if (/[\r\n]/.test(element.text)) problems.push(`${path} loses its line breaks`);
    values.set(path, element.text.trim().replace(/[\r\n]+/g, " "));
  });
  return { values, problems };
}

function ruleProblems(values: Values): string[] {
  const problems: string[] = [];
  const rule = values.get("Profile_Rule");
  // DHCP is followed only while the rule begins so (cisco.md B.3, item 3); one that is left out stays as it was made.
  if (rule !== undefined && !rule.startsWith("/")) problems.push("Profile_Rule does not begin with /");
  const delays = values.get("Resync_Error_Retry_Delay");
  if (!delays) problems.push("Resync_Error_Retry_Delay is missing");
  else if (!delays.split(",").every((delay) => /^\s*0*[1-9]\d*\s*$/.test(delay)))
    // 0 is "never" on MPP and "at once" on SPA (cisco.md B.3, timers).
    problems.push("Resync_Error_Retry_Delay holds something other than seconds above 0");
  return problems;
}

function lineProblems(values: Values): string[] {
  const enabled = [...values].flatMap(([name, value]) => {
    const [, line] = /^Line_Enable_(\d+)_$/.exec(name) ?? [];
    return line !== undefined && value === "Yes" ? [line] : [];
  });
  if (enabled.length === 0) return ["no line is enabled"];
  return enabled.flatMap((line) =>
    [`User_ID_${line}_`, `Password_${line}_`, `Proxy_${line}_`]
      .filter((name) => !values.get(name))
      .map((name) => `Line_Enable_${line}_ is Yes and ${name} is empty`),
  );
}

function rulesOf(values: Values): string[] {
  return ["Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"].flatMap(
    (name) => values.get(name) ?? [],
  );
}

function upgradeNeeds(values: Values, { facts }: Subject): Need[] {
  if (values.get("Upgrade_Enable") === "No") return [];
  return pathsOfRule(values.get("Upgrade_Rule") ?? "", facts).map((file) => ({ by: "Upgrade_Rule", file }));
}
