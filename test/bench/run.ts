import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/**
 * Compiles server/ and test/bench/ into a temporary folder and runs bench.ts there with plain Node, because that is
 * what runs in production: tsx names every function as it is made, which costs a closure half a microsecond.
 */
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

const root = join(import.meta.dirname, "..", "..");
const folder = await mkdtemp(join(tmpdir(), "offhook-bench-"));
try {
  await compile(join(root, "server"));
  await compile(import.meta.dirname);
  await cp(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  process.exitCode = await run(relative(root, fileURLToPath(new URL("./bench.ts", import.meta.url))));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compile(from: string): Promise<void> {
  const names = await readdir(from, { recursive: true });
  for (const name of names.filter((each) => each.endsWith(".ts") && !each.endsWith(".d.ts"))) {
    const file = join(from, name);
    const made = javaScript(join(folder, relative(root, file)));
    await mkdir(dirname(made), { recursive: true });
    await writeFile(made, ts.transpileModule(await readFile(file, "utf8"), { compilerOptions }).outputText);
  }
}

async function run(file: string): Promise<number> {
  const bench = spawn(process.execPath, [...profiling(), javaScript(join(folder, file)), ...choices()], {
    cwd: root,
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals) => void bench.kill(signal);
  process.once("SIGINT", forward).once("SIGTERM", forward);
  const [code] = (await once(bench, "exit")) as [number | null];
  return code ?? 1;
}

/** `npm run bench -- --cpu-prof` leaves a profile of the process that serves in the current folder. */
function profiling(): string[] {
  return process.argv.includes("--cpu-prof") ? ["--cpu-prof", "--cpu-prof-name=offhook-bench.cpuprofile"] : [];
}

/** `--only tftp,http` and `--full` are the bench's own. */
function choices(): string[] {
  return process.argv.slice(2).filter((word) => word !== "--cpu-prof");
}

function javaScript(name: string): string {
  return name.replace(/\.ts$/, ".js");
}
