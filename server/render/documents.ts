import { create } from "xmlbuilder2";
import { type DialTemplateLine, dialPlanOf, dialTemplate } from "../domain/dial-plan.ts";
import type { ResolvedSettings } from "../domain/settings.ts";
import { ringListText, ringListXml, wallpaperListXml } from "./documents-lists.ts";
import { featurePolicyStamp, featurePolicyXml } from "./documents-policy.ts";
import { softKeysStamp, softKeysXml } from "./documents-softkeys.ts";

/** What small documents are made of. */
export interface DocumentFacts {
  readonly settings: ResolvedSettings;
  /** Files on the shelf, by their paths below it; none for a file of one device. */
  readonly shelf: readonly string[];
  /** Folder of the file itself, as phones name it; empty when it lies in none. */
  readonly folder: string;
}

/** Small documents by the name that a family's file list uses; each gives the text of the file. */
export const documents: Readonly<Record<string, (facts: DocumentFacts) => string>> = {
  "dial-template": (facts) => dialTemplateXml(linesOf(facts), ["dialTemplate", "match", "timeout", "rewrite"]),
  "dial-template-old": (facts) => dialTemplateXml(linesOf(facts), ["DIALTEMPLATE", "MATCH", "Timeout", "Rewrite"]),
  "ring-list": ({ shelf }) => ringListXml(shelf, ".raw"),
  "ring-list-wide": ({ shelf }) => ringListXml(shelf, ".rwb"),
  "ring-list-text": ({ shelf }) => ringListText(shelf),
  "wallpaper-list": ({ shelf, folder }) => wallpaperListXml(shelf, folder),
  "soft-keys": ({ settings }) => softKeysXml(settings),
  "feature-policy": ({ settings }) => featurePolicyXml(settings),
};

/** The stamp in a small document, by the name of the document; those that are not here have none. */
export const documentStamps: Readonly<Record<string, (settings: ResolvedSettings) => string>> = {
  "soft-keys": softKeysStamp,
  "feature-policy": featurePolicyStamp,
};

function linesOf({ settings }: DocumentFacts): readonly DialTemplateLine[] {
  return dialTemplate(dialPlanOf(settings));
}

/** Root and attributes are spelled otherwise in files for the 7940/7960 (cisco.md C.1, dialTemplate). */
function dialTemplateXml(
  lines: readonly DialTemplateLine[],
  [name, match, timeout, rewrite]: readonly [string, string, string, string],
) {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele(name);
  for (const line of lines) {
    const number = line.rewrite === undefined ? {} : { [rewrite]: line.rewrite };
    root.ele("TEMPLATE", { [match]: line.match, [timeout]: String(line.timeout), ...number });
  }
  return root.end({ prettyPrint: true });
}
