import { execFile } from "node:child_process";
import { cp, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const { PATH = "" } = process.env;

/** As `npm run build`, but without the check of types, which takes most of its time. */
async function build(folder: string): Promise<void> {
  const compiler = "node_modules/typescript/bin/tsc";
  const options = ["-p", "tsconfig.build.json", "--noCheck", "--sourceMap", "false", "--outDir", join(folder, "dist")];
  await run(process.execPath, [compiler, ...options]);
  await cp("package.json", join(folder, "package.json"));
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
}

const program = `
  import { createSandbox } from "./dist/render/sandbox.js";
  const sandbox = createSandbox({ workers: 1, limitMs: 5000, mostWaiting: 1 });
  const bundle = { template: "own", digest: "1", sources: new Map([["own", "<a>{{named.Name}}</a>"]]) };
  const input = { names: "flat", parameters: [["Name", "Zoë <3"]] };
  console.log(String(await sandbox.render({ bundle, format: "flat-xml", form: "xml", input })));
  await sandbox.close();
`;

it("the thread for own templates also starts from the compiled build, without a loader for TypeScript", async () => {
  const folder = await temporaryFolder();
  await build(folder);
  await writeFile(join(folder, "program.js"), program);
  const ended = await run(process.execPath, ["program.js"], { cwd: folder, env: { PATH } });
  expect(ended).toEqual({ stdout: "<a>Zo&#235; &lt;3</a>\n", stderr: "" });
}, 60_000);
