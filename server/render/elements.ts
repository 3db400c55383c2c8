/** An element of a tree of parameters, ready to be laid out by a template. */
export interface Element {
  readonly name: string;
  readonly attributes: { readonly name: string; readonly value: string }[];
  value?: string;
  /** Blanks before it, by its depth. */
  readonly indent: string;
  readonly children: Element[];
}

/**
 * Parameters whose names are paths, as a tree: `a/b[n=1]/c` is element c in the b whose attribute n is 1,
 * `a/b[2]` the second b without an attribute, `a/b[n=1]@x` attribute x of that b. Order of first mention.
 */
export function elementTree(parameters: Iterable<readonly [string, string]>): readonly Element[] {
  const root: Element = { name: "", attributes: [], children: [], indent: "" };
  const known = new Map<string, Element>([["", root]]);
  for (const [path, value] of parameters) {
    const [way = "", attribute] = path.split("@");
    const element = reach(way, known);
    if (attribute === undefined) element.value = value;
    else element.attributes.push({ name: attribute, value });
  }
  return root.children;
}

function reach(way: string, known: Map<string, Element>): Element {
  const found = known.get(way);
  if (found) return found;
  const slash = way.lastIndexOf("/");
  const parent = reach(slash < 0 ? "" : way.slice(0, slash), known);
  const depth = way.split("/").length - 1;
  const element = parseStep(way.slice(slash + 1), "  ".repeat(depth));
  parent.children.push(element);
  known.set(way, element);
  return element;
}

function parseStep(step: string, indent: string): Element {
  const [, name = step, attribute, value] = /^([^[]+)\[(?:([^=\]]+)=)?([^\]]*)\]$/.exec(step) ?? [];
  const attributes = attribute === undefined ? [] : [{ name: attribute, value: value ?? "" }];
  return { name, attributes, children: [], indent };
}
