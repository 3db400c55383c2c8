import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { phonesDocument, settingsDocument } from "../profiles/documents.generate.ts";
import { createCatalogue } from "../server/catalogue/catalogue.ts";
import { readConfig, variables } from "../server/config.ts";
import { fieldErrors, prepareCheck } from "../server/domain/check.ts";
import { failures } from "../server/domain/failures.ts";
import { FamilyProfile, MappingRow, ModelProfile } from "../server/domain/model.ts";
import { type AdminOffice, openAdminOffice } from "./support/admin-office.ts";
import { type Rule, rules } from "./support/architecture-rules.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  "firmware/README.md",
  "profiles/vocabulary/README.md",
];
const everything = documents.map(read).join("\n");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** What stands as code in a document: fenced blocks, and spans in back-ticks. */
function codeOf(text: string): { readonly blocks: string[]; readonly spans: string[] } {
  const fenced = /^```.*\n([\s\S]*?)^```$/gm;
  const blocks = [...text.matchAll(fenced)].map(([, body = ""]) => body);
  const spans = [...text.replaceAll(fenced, "").matchAll(/`([^`\n]+)`/g)].map(([, body = ""]) => body);
  return { blocks, spans };
}

/** Scripts that a document tells people to run; `ci` is npm's own. */
function scriptsNamed(text: string): string[] {
  const { blocks, spans } = codeOf(text);
  return [...blocks, ...spans]
    .flatMap((code) => [...code.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)])
    .flatMap(([, name = ""]) => (name === "ci" ? [] : [name]));
}

function unknownVariables(text: string, known: readonly string[]): string[] {
  return [...text.matchAll(/OFFHOOK_[A-Z_]*[A-Z]/g)].map(([name]) => name).filter((name) => !known.includes(name));
}

/** Rows of the table of variables: name, default, meaning. */
function variableRows(text: string): string[][] {
  return [...text.matchAll(/^\| `(OFFHOOK_[A-Z_]+)` \| (.+?) \| (.+) \|$/gm)].map((row) => row.slice(1, 4));
}

/** Rows of the table of failures: code, HTTP status, TFTP code. */
function failureRows(text: string): string[][] {
  return [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\w+) \|/gm)].map((row) => row.slice(1, 4));
}

/** Paths of the repository that are named and not there; of one with a placeholder, the folder before it counts. */
function missingPaths(text: string): string[] {
  return codeOf(text)
    .spans.filter((span) => /^(?:server|portal|profiles|templates|firmware|test|docs|\.ci)\/\S*$/.test(span))
    .map((span) => span.replace(/[^/]*[<{*…].*$/, ""))
    .filter((path) => !existsSync(join(root, path)));
}

function brokenLinks(name: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(name), target)));
}

function importTable(text: string): Record<string, Rule> {
  const list = (cell: string) => [...cell.matchAll(/`(\w+\/?)`/g)].map(([, part = ""]) => part);
  const rows = [...text.matchAll(/^\| `(\w+\/?)` \| ([^|]+) \|([^|]*)\|$/gm)];
  return Object.fromEntries(
    rows.map(([, part = "", may = "", types = ""]) => [
      part,
      { may: may.trim() === "everything" ? ["*"] : list(may), ...(list(types).length > 0 && { types: list(types) }) },
    ]),
  );
}

/** `GET, PATCH /lines/{id}` becomes `GET /lines/{id}` and `PATCH /lines/{id}`. */
function routesNamed(text: string): string[] {
  return codeOf(text).spans.flatMap((span) => {
    const [, methods = "", path = ""] = /^((?:[A-Z]+, )*[A-Z]+) (\/\S*)$/.exec(span) ?? [];
    return path === "" ? [] : methods.split(", ").map((method) => `${method} ${path}`);
  });
}

/** Addresses that examples call and that no route has. */
function callsOfNothing(text: string, paths: readonly string[]): string[] {
  const patterns = paths.map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`));
  return [...text.matchAll(/\$api(\/[\w./:-]*\w)/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !patterns.some((pattern) => pattern.test(path)));
}

function section(text: string, title: string): string {
  return text.split(/^## /m).find((each) => each.startsWith(title)) ?? "";
}

describe("scripts named in documents", () => {
  it("are found where they are planted", () => {
    expect(scriptsNamed("Run `npm run nonsense`, then:\n```sh\nnpm ci && npm test\n```\nnpm package")).toEqual([
      "test",
      "nonsense",
    ]);
  });

  it("are scripts of package.json", () => {
    expect(scriptsNamed(everything).filter((name) => !(name in scripts))).toEqual([]);
  });

  it("are all of its scripts", () => {
    expect(Object.keys(scripts).filter((name) => !scriptsNamed(everything).includes(name))).toEqual([]);
  });

  it("are in the README one that shows the main job and one that tests, complete with their installation", () => {
    const commands = codeOf(section(read("README.md"), "Try it")).blocks.filter((block) => block.startsWith("npm"));
    expect(commands).toEqual(["npm ci && npm run demo\n", "npm ci && npm test\n"]);
  });
});

describe("variables named in documents", () => {
  const names = Object.keys(variables);
  const testOnly = "OFFHOOK_TEST_DATABASE_URL";
  const written = (value: unknown) => (Array.isArray(value) ? value.join(",") : String(value ?? ""));

  it("are found where they are planted", () => {
    expect(unknownVariables("all OFFHOOK_* such as `OFFHOOK_PORT` and OFFHOOK_DATA", names)).toEqual(["OFFHOOK_PORT"]);
    expect(variableRows("| `OFFHOOK_PORT` | `1` | a | b |\n")).toEqual([["OFFHOOK_PORT", "`1`", "a | b"]]);
  });

  it("are variables that Offhook or its tests read", () => {
    expect(unknownVariables(everything, [...names, testOnly])).toEqual([]);
    expect(read("test/support/postgres.ts")).toContain(testOnly);
  });

  it("are in the README's table as the schema has them", () => {
    const rows = Object.entries(variables).map(([name, { fallback, text }]) => [
      name,
      written(fallback) === "" ? "none" : `\`${written(fallback)}\``,
      text,
    ]);
    expect(variableRows(read("README.md"))).toEqual(rows);
  });

  it("are all in .env.example, commented out, with their defaults", () => {
    const text = read(".env.example");
    expect(parseEnv(text)).toEqual({});
    const given = parseEnv(text.replaceAll(/^# (?=OFFHOOK_\w+=)/gm, "")) as Record<string, string>;
    expect(Object.keys(given).sort()).toEqual([...names].sort());
    expect(readConfig(given)).toEqual(readConfig({}));
  });
});

describe("failure codes", () => {
  it("are found where they are planted", () => {
    expect(failureRows("| `NO_SUCH_FILE` | 405 | 1 | x | y |\n")).toEqual([["NO_SUCH_FILE", "405", "1"]]);
  });

  it("are rows of docs/errors.md, each with its status and TFTP code, and no other", () => {
    const table = Object.entries(failures).map(([code, { http, tftp }]) => [code, String(http), String(tftp)]);
    expect(failureRows(read("docs/errors.md"))).toEqual(table);
  });
});

describe("paths and links", () => {
  it("are found where they are planted", () => {
    const planted =
      "`server/nothing.ts`, `server/main.ts`, `docs/<name>.md`, `test/none/*.ts`, [a](nothing.md) [b](docs)";
    expect(missingPaths(planted)).toEqual(["server/nothing.ts", "test/none/"]);
    expect(brokenLinks("README.md", planted)).toEqual(["nothing.md"]);
  });

  for (const name of documents) {
    it(`of ${name} lead somewhere`, () => {
      expect(missingPaths(read(name))).toEqual([]);
      expect(brokenLinks(name, read(name))).toEqual([]);
    });
  }
});

describe("docs/architecture.md", () => {
  it("is under 150 lines", () => {
    expect(read("docs/architecture.md").split("\n").length).toBeLessThan(150);
  });

  it("is read so that a planted difference shows", () => {
    expect(importTable("| `http` | `domain`, `lib` | `office` |\n| `app` | everything | |\n")).toEqual({
      http: { may: ["domain", "lib"], types: ["office"] },
      app: { may: ["*"] },
    });
  });

  it("has the table of imports that the architecture test holds", () => {
    expect(importTable(read("docs/architecture.md"))).toEqual(rules);
  });
});

describe("what is made of the profiles", () => {
  const catalogue = createCatalogue("profiles");
  it.each([
    ["docs/phones.md", phonesDocument],
    ["docs/settings.md", settingsDocument],
  ] as const)("%s is fresh: npm run docs", (name, make) => {
    expect(read(name)).toBe(make(catalogue));
  });

  it.each(["README.md", "CHANGELOG.md"])("%s counts the models", (name) => {
    expect(read(name)).toContain(`${catalogue.models.length} models`);
  });
});

describe("docs/adding-a-phone.md", () => {
  const text = read("docs/adding-a-phone.md");

  it("shows a model that would be accepted", () => {
    const [example = "{}"] = codeOf(text).blocks.filter((block) => block.includes('"recognise"'));
    const check = prepareCheck(ModelProfile);
    expect(fieldErrors(check, JSON.parse(example))).toEqual([]);
    expect(fieldErrors(check, JSON.parse(example.replace('"keys": 10', '"keys": "ten"')))).not.toEqual([]);
  });

  it("explains every field of a model, of a family and of a row of its mapping", () => {
    const unexplained = (title: string, fields: object) =>
      Object.keys(fields).filter((field) => !codeOf(section(text, title)).spans.includes(field));
    expect(unexplained("What a model says", { planted: 1 })).toEqual(["planted"]);
    expect(unexplained("What a model says", ModelProfile.properties)).toEqual([]);
    expect(unexplained("What a family says", FamilyProfile.properties)).toEqual([]);
    expect(unexplained("What a family says", MappingRow.properties)).toEqual([]);
  });
});

describe("routes", () => {
  let office: AdminOffice;
  let routes: string[] = [];
  beforeAll(async () => {
    office = await openAdminOffice();
    const { json } = await office.call<{ paths: Record<string, object> }>("GET", "//api/docs/json");
    routes = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, "")}`),
    );
  });
  afterAll(() => office.close());

  it("are found where they are planted", () => {
    expect(routesNamed("`GET, PUT /nothing/{id}` and `GET` alone")).toEqual(["GET /nothing/{id}", "PUT /nothing/{id}"]);
    expect(callsOfNothing('call "$api/nothing?q=1" $api/lines/9721.', ["/lines/{id}"])).toEqual(["/nothing"]);
  });

  it("of docs/api.md are those that Offhook describes of itself", () => {
    expect(routes.length).toBeGreaterThan(20);
    expect([...new Set(routesNamed(section(read("docs/api.md"), "Routes")))].sort()).toEqual([...routes].sort());
  });

  it("that examples call are there", () => {
    const paths = routes.map((route) => route.slice(route.indexOf("/")));
    expect(callsOfNothing(everything, paths)).toEqual([]);
  });
});

it("documents are found", () => {
  expect(documents.length).toBeGreaterThan(14);
});
