import { SaxesParser } from "saxes";
import { Failure } from "../../domain/failures.ts";

/** A phone's report: what it has set, by the names of its family. */
export type ReportedValues = ReadonlyMap<string, string>;

const mostElements = 20_000;
const mostDepth = 16;

/**
 * Reads a `flat-profile` as a phone sends it (cisco.md C.2). Names are those of the elements or, where the family has
 * elements below elements, their paths. MALFORMED for anything else; entities are never read from outside.
 */
export function readReport(body: Buffer): ReportedValues {
  const values = new Map<string, string>();
  const open: { name: string; text: string; isLeaf: boolean }[] = [];
  const parser = new SaxesParser();
  const refuse = (): never => {
    throw new Failure("MALFORMED");
  };
  parser.on("doctype", refuse);
  parser.on("opentag", ({ name }) => {
    if (values.size >= mostElements || open.length >= mostDepth) refuse();
    if (open.length === 0 && name !== "flat-profile") refuse();
    const parent = open.at(-1);
    if (parent) parent.isLeaf = false;
    open.push({ name, text: "", isLeaf: true });
  });
  const onText = (piece: string) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.on("closetag", () => {
    const path = open.slice(1).map(({ name }) => name);
    const element = open.pop();
    if (element?.isLeaf && path.length > 0) values.set(path.join("/"), plain(element.text));
  });
  try {
    parser.write(body.toString("utf8")).close();
  } catch {
    // The parser's own words show pieces of the report.
    throw new Failure("MALFORMED");
  }
  return values;
}

/** As the phone itself reads a value: no blanks at the ends, no line breaks. */
export function plain(text: string): string {
  return text.trim().replace(/[\r\n]+/g, " ");
}
