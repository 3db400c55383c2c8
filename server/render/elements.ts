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
    const at = path.indexOf("@");
    const element = reach(at < 0 ? path : path.slice(0, at), known);
    if (at < 0) element.value = value;
    else element.attributes.push({ name: path.split("@", 2)[1] ?? "", value });
  }
  return root.children;
}

function reach(way: string, known: Map<string, Element>): Element {
  const found = known.get(way);
  if (found) return found;
  const { above, attribute, indent, name } = stepAt(way);
  const element = { name, attributes: attribute ? [attribute] : [], children: [], indent };
  reach(above, known).children.push(element);
  known.set(way, element);
  return element;
}

/** The last step of a way, read. */
interface Step {
  /** The way to the element that it is in. */
  readonly above: string;
  readonly name: string;
  readonly attribute?: { readonly name: string; readonly value: string };
  readonly indent: string;
}

const steps = new Map<string, Step>();
/** Profiles name a few thousand ways; raw values may name any. */
const mostSteps = 20_000;

function stepAt(way: string): Step {
  const known = steps.get(way);
  if (known) return known;
  const slash = way.lastIndexOf("/");
  const step = { above: slash < 0 ? "" : way.slice(0, slash), ...readStep(way.slice(slash + 1), way) };
  if (steps.size >= mostSteps) steps.clear();
  steps.set(way, step);
  return step;
}

function readStep(step: string, way: string): Omit<Step, "above"> {
  const [, name = step, attribute, value = ""] = /^([^[]+)\[(?:([^=\]]+)=)?([^\]]*)\]$/.exec(step) ?? [];
  const indent = "  ".repeat(way.split("/").length - 1);
  return { name, ...(attribute !== undefined && { attribute: { name: attribute, value } }), indent };
}
