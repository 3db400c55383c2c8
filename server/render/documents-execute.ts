import { create } from "xmlbuilder2";

/** `CiscoIPPhoneExecute`: what a phone is to do at once, at most three items (Cisco IP Phone Services SDK; cisco.md E.5). */
export function executeDocument(urls: readonly string[]): string {
  const root = create({ version: "1.0", encoding: "utf-8" }).ele("CiscoIPPhoneExecute");
  for (const url of urls.slice(0, 3)) root.ele("ExecuteItem", { Priority: "0", URL: url });
  return root.end();
}
