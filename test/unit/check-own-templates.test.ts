import { join } from "node:path";
import { pino } from "pino";
import { expect, it } from "vitest";
import { openOffice } from "../../server/app-office.ts";
import { createProgram } from "../../server/cli/program.ts";
import { readConfig } from "../../server/config.ts";
import type { TemplateDocument } from "../../server/domain/template.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("`offhook check` fails for an own template that today's Offhook would refuse, and names it", async () => {
  const folder = await temporaryFolder();
  const env = { OFFHOOK_DATA: join(folder, "data"), OFFHOOK_FIRMWARE: join(folder, "firmware") };
  const office = await openOffice(readConfig(env), pino({ level: "silent" }), Date.now);
  const own = { source: "<a>\n{{{value}}}</a>", partials: [], digest: "0" };
  const body: TemplateDocument = { own, at: new Date(0).toISOString(), actor: "test" };
  const key = { organization: "default", kind: "template", id: "cisco/mpp/flat-profile" };
  await office.stores.config.transaction((transaction) => transaction.put(key, body));
  await office.close();

  const said: string[] = [];
  const out = (text: string) => void said.push(text);
  const program = createProgram({ version: "0.0.0", env, out, err: out, untilSignal: async () => "SIGTERM" });
  await expect(program.parseAsync(["node", "offhook", "check"])).rejects.toThrow("1 of 5 parts need attention");
  expect(said.filter((line) => line.startsWith("wrong"))).toEqual([
    "wrong  own templates: default cisco/mpp/flat-profile: line 2: {{{ and {{& write unescaped; use {{ }}\n",
  ]);
});
