import { SaxesParser } from "saxes";
import type { FamilyProfile, FileSpec } from "../domain/model.ts";

/** What a file must be for a phone to read it at all. */
export type OutputForm = "xml" | "text";

export interface OutputFinding {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly reason: string;
}

/** A file that is called .xml is XML, whatever the family's other files are. */
export function formOf({ names }: FileSpec, { format }: FamilyProfile): OutputForm {
  return format !== "text" || names.every((name) => /\.xml$/i.test(name)) ? "xml" : "text";
}

/** Why no phone could read a file; undefined when it is well-formed. Tells places, never contents: they may be secret. */
export function outputFinding(text: string, form: OutputForm): OutputFinding | undefined {
  if (text.startsWith("\uFEFF")) return { line: 1, reason: "begins with a byte order mark" };
  return form === "xml" ? xmlFinding(text) : textFinding(text);
}

function xmlFinding(text: string): OutputFinding | undefined {
  const parser = new SaxesParser();
  let doctype: OutputFinding | undefined;
  parser.on("doctype", () => {
    doctype = { line: parser.line, reason: "has a document type declaration" };
  });
  try {
    parser.write(text).close();
    return doctype;
  } catch (error) {
    const [, line = "1", reason = ""] = /^(\d+):\d+: ([^:"]*)/.exec((error as Error).message) ?? [];
    return { line: Number(line), reason: `is not well-formed XML: ${reason.trim().replace(/\.$/, "")}` };
  }
}

/** Lines of `key: value`; what follows a ; is a comment (cisco.md B.2). */
function textFinding(text: string): OutputFinding | undefined {
  const at = text.split("\n").findIndex((line) => !/^\s*(?:$|;|\w+\s*:)/.test(line));
  return at < 0 ? undefined : { line: at + 1, reason: "is neither `key: value` nor a comment" };
}
