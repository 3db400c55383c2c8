import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { type Rule, rules } from "./support/architecture-rules.ts";

const server = join(import.meta.dirname, "..", "server");
const longestFile = 250;

interface Import {
  readonly part: string;
  readonly isType: boolean;
  readonly text: string;
}

function partOf(file: string): string {
  const [first = "", within] = relative(server, file).split("/");
  // The story push.ts, and the ways to tell a phone below push/, are two parts.
  if (first === "push" && within !== undefined) return "push/";
  return first.replace(/\.ts$/, "").replace(/^app-.*$/, "app");
}

function importsOf(file: string, source: string): Import[] {
  const found = source.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)";|\bimport\("(\.[^"]+)"\)/gms);
  return [...found].map(([text, type, from, dynamic]) => ({
    part: partOf(normalize(join(dirname(file), from ?? dynamic ?? ""))),
    isType: type !== undefined,
    text: text.replace(/\s+/g, " "),
  }));
}

function breaches(file: string, source: string): string[] {
  const rule = rules[partOf(file)];
  if (!rule) return [`${relative(server, file)} is in no part of the table`];
  return importsOf(file, source)
    .filter(({ part, isType }) => !allowed(rule, part, isType))
    .map(({ text }) => text);
}

function allowed(rule: Rule, part: string, isType: boolean): boolean {
  return rule.may.includes("*") || rule.may.includes(part) || (isType && rule.types?.includes(part) === true);
}

const files = readdirSync(server, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(server, name));

describe("the architecture", () => {
  it("is checked over real files", () => {
    expect(files.length).toBeGreaterThan(60);
  });

  it("finds a planted breach", () => {
    const planted = 'import { openStore } from "../store/open-store.ts";\n';
    expect(breaches(join(server, "http", "planted.ts"), planted)).toHaveLength(1);
    expect(breaches(join(server, "http", "planted.ts"), planted.replace("import", "import type"))).toHaveLength(0);
    expect(breaches(join(server, "elsewhere", "planted.ts"), planted)).toHaveLength(1);
  });

  it("has no row for a part that is not there", () => {
    const parts = new Set(files.map(partOf));
    expect(Object.keys(rules).filter((part) => !parts.has(part))).toEqual([]);
  });

  for (const file of files) {
    it(`${relative(server, file)} imports only what its part may`, () => {
      expect(breaches(file, readFileSync(file, "utf8"))).toEqual([]);
    });

    it(`${relative(server, file)} is at most ${longestFile} lines`, () => {
      expect(readFileSync(file, "utf8").split("\n").length - 1).toBeLessThanOrEqual(longestFile);
    });

    if (partOf(file) === "main") continue;
    it(`${relative(server, file)} reads no environment and never ends the process`, () => {
      expect(readFileSync(file, "utf8")).not.toMatch(/process\.(env|exit)\b/);
    });
  }
});
