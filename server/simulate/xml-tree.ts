import { SaxesParser } from "saxes";
import { decode } from "./inspection.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** All text directly in it, with references resolved and blanks kept. */
  text: string;
}

/**
 * Reads XML strictly. `root` is undefined when it is not well-formed or has another root than one of `roots`. Problems
 * tell places, never contents: a broken document may show a piece of a secret as a name.
 */
export function readXml(
  body: Buffer,
  roots: readonly string[],
): { readonly root: XmlElement | undefined; readonly problems: readonly string[] } {
  const { text, problems: decoding } = decode(body);
  const problems = [...decoding];
  try {
    const root = parse(text, problems);
    if (root && roots.includes(root.name)) return { root, problems };
    return { root: undefined, problems: [...problems, `the root element is not ${roots.join(" or ")}`] };
  } catch (error) {
    const message = (error as Error).message.replace(/^(\d+):(\d+): ([^:"]*).*$/s, "line $1, column $2: $3").trim();
    return { root: undefined, problems: [...problems, `is not well-formed XML: ${message.replace(/\.$/, "")}`] };
  }
}

function parse(text: string, problems: string[]): XmlElement | undefined {
  const parser = new SaxesParser();
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) problems.push("declares another encoding");
  });
  parser.on("doctype", () => problems.push("has a document type declaration"));
  parser.on("opentag", ({ name, attributes }) => {
    const element: XmlElement = { name, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const onText = (piece: string) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.on("closetag", () => open.pop());
  parser.write(text).close();
  return root;
}

/** Every element below `element`, depth first, with its path; `step` writes one step of it. */
export function walk(
  element: XmlElement,
  path: string,
  visit: (element: XmlElement, path: string) => void,
  step: (child: XmlElement, parent: XmlElement) => string = (child) => child.name,
): void {
  for (const child of element.children) {
    const childPath = path === "" ? step(child, element) : `${path}/${step(child, element)}`;
    visit(child, childPath);
    walk(child, childPath, visit, step);
  }
}

/** True when text stands between the elements that it holds: no phone expects that. */
export function hasStrayText({ children, text }: XmlElement): boolean {
  return children.length > 0 && text.trim() !== "";
}
