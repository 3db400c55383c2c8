import { create } from "xmlbuilder2";
import type { DialTemplateLine } from "../domain/dial-plan.ts";

/** What small documents are made of. */
export interface DocumentFacts {
  readonly dialTemplate: readonly DialTemplateLine[];
  /** Rings on the shelf: file names with their ending. */
  readonly rings: readonly string[];
}

/** Small documents by the name that a family's file list uses; each gives the text of the file. */
export const documents: Readonly<Record<string, (facts: DocumentFacts) => string>> = {
  "dial-template": ({ dialTemplate }) => dialTemplateXml(dialTemplate, ["dialTemplate", "match", "timeout"]),
  "dial-template-old": ({ dialTemplate }) => dialTemplateXml(dialTemplate, ["DIALTEMPLATE", "MATCH", "Timeout"]),
  "ring-list": ({ rings }) => ringListXml(rings.filter((ring) => /\.raw$/i.test(ring))),
  "ring-list-wide": ({ rings }) => ringListXml(rings.filter((ring) => /\.rwb$/i.test(ring))),
  "ring-list-text": ({ rings }) => ringListText(rings.filter((ring) => /\.raw$/i.test(ring))),
};

/** Root and attributes are spelled otherwise in files for the 7940/7960 (cisco.md C.1, dialTemplate). */
function dialTemplateXml(
  lines: readonly DialTemplateLine[],
  [name, match, timeout]: readonly [string, string, string],
) {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele(name);
  for (const line of lines) root.ele("TEMPLATE", { [match]: line.match, [timeout]: String(line.timeout) });
  return root.end({ prettyPrint: true });
}

/** At most 50 rings, names of at most 25 characters (cisco.md C.1, Ringlist.xml). */
function ringListXml(rings: readonly string[]): string {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("CiscoIPPhoneRingList");
  for (const file of listed(rings)) {
    const ring = root.ele("Ring");
    ring.ele("DisplayName").txt(displayName(file));
    ring.ele("FileName").txt(file);
  }
  return root.end({ prettyPrint: true });
}

function ringListText(rings: readonly string[]): string {
  return listed(rings)
    .map((file) => `${displayName(file)}\t${file}\n`)
    .join("");
}

/** By their own names: the shelf finds a file by its name as well as by its path. */
function listed(rings: readonly string[]): readonly string[] {
  const names = rings.map((ring) => ring.slice(ring.lastIndexOf("/") + 1));
  return names.filter((name) => name.length <= 25).slice(0, 50);
}

function displayName(file: string): string {
  return file.replace(/\.[^.]*$/, "");
}
