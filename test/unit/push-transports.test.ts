import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { PushTransportParts } from "../../server/domain/push.ts";
import { settingDefinitions } from "../../server/domain/settings.ts";
import { loadTransports } from "../../server/push/load-transports.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const quiet = () => undefined;
const parts: PushTransportParts = {
  allows: () => false,
  sip: { port: 0 },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  phones: () => "",
  logins: {
    issue() {
      throw new Error("nothing is sent");
    },
  },
};

async function load(folder?: string) {
  const transports = await loadTransports(parts, folder);
  onTestFinished(async () => void (await Promise.all(transports.map((each) => each.close()))));
  return transports.map(({ name }) => name);
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await createTemporaryFolder();
  onTestFinished(remove);
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

const good = (name: string) =>
  `export default () => ({ name: "${name}", objection() {}, async send() {}, async close() {} });`;

test("every transport that a family names or a setting allows is there, and no other", async () => {
  const names = await load();
  const { families } = createCatalogue("profiles");
  for (const { id, push } of families)
    expect([id, push.transports.filter((name) => !names.includes(name))]).toEqual([id, []]);
  const schema: unknown = settingDefinitions.get("push.transport")?.schema;
  expect(new Set((schema as { readonly enum: readonly string[] }).enum)).toEqual(new Set(names));
});

test("a transport is a file that is found", async () => {
  expect(await load(await folderWith({ "pigeon.js": good("pigeon"), "notes.txt": "" }))).toEqual(["pigeon"]);
});

test.each([
  ["no default export", { "pigeon.js": "export const name = 1;" }, /pigeon\.js is not a transport/],
  [
    "one that can't send",
    { "pigeon.js": "export default () => ({ name: 'pigeon' });" },
    /pigeon\.js is not a transport/,
  ],
  ["two of one name", { "a.js": good("pigeon"), "b.js": good("pigeon") }, /b\.js: there is another transport pigeon/],
] as const)("%s stops the start and names the file", async (_what, files, message) => {
  await expect(load(await folderWith(files))).rejects.toThrow(message);
});
