import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type TypeScript from "typescript";

const root = join(import.meta.dirname, "..", "..");
const cache = join(root, "node_modules", ".cache", "offhook");
const folders = ["server", "test/bench", "test/long", "test/support"];
const keptMs = 60 * 60_000;

let made: string | undefined;

/**
 * A source file, named from the root, as JavaScript beside all that it imports: what runs in production. A process
 * that compiles each of its modules as it starts takes seconds for that, and a loader names every function as it is
 * made, which costs a closure half a microsecond. What did not change is not compiled again.
 */
export function compiled(file: string): string {
  made ??= compileAll();
  return join(made, file.replace(/\.ts$/, ".js"));
}

function compileAll(): string {
  const sources = folders.flatMap(sourcesIn).map((name) => [name, readFileSync(join(root, name), "utf8")] as const);
  const digest = createHash("sha256")
    .update(JSON.stringify([process.version, sources]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, digest);
  if (existsSync(folder)) {
    // It is in use from now on, and is not to be taken for an old one.
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  removeOld();
  const unfinished = `${folder}.${process.pid}`;
  const compile = compiler();
  for (const [name, text] of sources) {
    const target = join(unfinished, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compile(text));
  }
  cpSync(join(root, "package.json"), join(unfinished, "package.json"));
  take(unfinished, folder);
  return folder;
}

function sourcesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((each) => each.endsWith(".ts") && !each.endsWith(".d.ts"))
    .map((each) => join(folder, each))
    .sort();
}

function compiler(): (text: string) => string {
  // Only who compiles pays for reading the compiler.
  const ts = createRequire(import.meta.url)("typescript") as typeof TypeScript;
  const compilerOptions: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  return (text) => ts.transpileModule(text, { compilerOptions }).outputText;
}

/** Another process may have been faster: what it made is the same. */
function take(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true });
  }
}

/** Not what somebody used within the last hour, since a process may still be running from it. */
function removeOld(): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > keptMs) rmSync(folder, { recursive: true, force: true });
  }
}
