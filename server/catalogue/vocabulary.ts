import { readFileSync } from "node:fs";
import { nearest } from "../domain/nearest.ts";

/** The parameter names a family knows, and which of them are secret. */
export interface Vocabulary {
  /** `name` may carry positions (`…/line[button=3]/name`); the table knows it without. */
  has(name: string): boolean;
  /** A name that the table does not have (raw, forced) is taken for secret: nobody knows what it holds. */
  isSecret(name: string): boolean;
  /** The known name nearest to an unknown one. */
  nearest(name: string): string | undefined;
  readonly names: readonly string[];
  /** The first steps of the names: elements that a path may begin with. */
  readonly roots: ReadonlySet<string>;
}

/** Reads a table of profiles/vocabulary: tab separated, `#` comments, a header line. Throws naming file and line. */
export function readVocabulary(file: string): Vocabulary {
  const types = new Map<string, string>();
  const lines = readFileSync(file, "utf8").split("\n");
  const header = lines.find((line) => line !== "" && !line.startsWith("#"))?.split("\t") ?? [];
  const typeColumn = header.indexOf("type");
  if (header[0] !== "name" || typeColumn < 0) throw new Error(`${file}: the header needs the columns name and type`);
  lines.forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#") || line.startsWith("name\t")) return;
    const cells = line.split("\t");
    const name = cells[0] ?? "";
    if (cells.length !== header.length)
      throw new Error(`${file}:${index + 1}: ${cells.length} columns, not ${header.length}`);
    if (types.has(name)) throw new Error(`${file}:${index + 1}: ${name} stands twice`);
    types.set(name, cells[typeColumn] ?? "");
  });
  return {
    has: (name) => types.has(withoutPositions(name)),
    isSecret: (name) => (types.get(withoutPositions(name)) ?? "secret") === "secret",
    nearest: (name) => nearest(withoutPositions(name), types.keys()),
    names: [...types.keys()],
    roots: new Set([...types.keys()].map((name) => name.split("/")[0] ?? "")),
  };
}

function withoutPositions(name: string): string {
  return name.includes("[") ? name.replace(/\[[^\]]*\]/g, "") : name;
}
