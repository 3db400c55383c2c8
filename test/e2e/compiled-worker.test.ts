import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { compiled } from "../support/compiled.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const { PATH = "" } = process.env;

const program = (sandbox: string) => `
  import { createSandbox } from ${JSON.stringify(sandbox)};
  const sandbox = createSandbox({ workers: 1, limitMs: 5000, mostWaiting: 1 });
  const bundle = { template: "own", digest: "1", sources: new Map([["own", "<a>{{named.Name}}</a>"]]) };
  const input = { names: "flat", parameters: [["Name", "Zoë <3"]] };
  console.log(String(await sandbox.render({ bundle, format: "flat-xml", form: "xml", input })));
  await sandbox.close();
`;

it("the thread for own templates also starts from the compiled build, without a loader for TypeScript", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "program.mjs"), program(compiled("server/render/sandbox.ts")));
  const ended = await run(process.execPath, ["program.mjs"], { cwd: folder, env: { PATH } });
  expect(ended).toEqual({ stdout: "<a>Zo&#235; &lt;3</a>\n", stderr: "" });
}, 60_000);
