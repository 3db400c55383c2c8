import { SaxesParser } from "saxes";

/**
 * What a phone reads in a file, by a parser that Offhook does not render with: names with positions as in parameters.
 * Throws when the file is not well-formed.
 */
export function readXml(text: string): {
  readonly root: string;
  readonly values: readonly (readonly [string, string])[];
} {
  const parser = new SaxesParser();
  const path: { step: string; text: string; leaf: boolean }[] = [];
  const values: (readonly [string, string])[] = [];
  const seen = new Map<string, number>();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const parent = path.at(-1);
    if (parent) parent.leaf = false;
    const [own] = ["button", "priority", "idx"].flatMap((key) => (key in attributes ? [[key, attributes[key]]] : []));
    const plain = [...path.map(({ step }) => step), name].join("/");
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    const numbered = name === "ntp" ? `${name}[${count}]` : name;
    path.push({ step: own ? `${name}[${own[0]}=${own[1]}]` : numbered, text: "", leaf: true });
    for (const [key, value] of Object.entries(attributes)) {
      if (key !== own?.[0]) values.push([`${path.map(({ step }) => step).join("/")}@${key}`, String(value)]);
    }
  });
  parser.on("text", (part) => {
    const here = path.at(-1);
    if (here) here.text += part;
  });
  parser.on("closetag", () => {
    const here = path.map(({ step }) => step).join("/");
    const closed = path.pop();
    if (closed?.leaf) values.push([here, closed.text]);
  });
  parser.write(text).close();
  return { root: values[0]?.[0].split("/")[0] ?? "", values };
}

/** The same for `key: "value"` files. */
export function readText(text: string): readonly (readonly [string, string])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^[;#]/.test(line))
    .map((line) => {
      const [, name = "", value = ""] = /^(\w+)\s*:\s*"([^"]*)"\s*(?:;.*)?$/.exec(line) ?? [];
      if (name === "") throw new Error(`can't be read: ${line}`);
      return [name, value] as const;
    });
}
