import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { pino } from "pino";
import { type App, createApp } from "../app.ts";
import type { Listening } from "../app-listeners.ts";
import { readConfig } from "../config.ts";
import { parseMac } from "../domain/mac.ts";
import { bootFleet, SimulationFailed } from "../simulate/fleet.ts";
import { phoneOf } from "../simulate/phones.ts";
import { reportFleet } from "../simulate/report.ts";
import type { CommandLine } from "./command-line.ts";
import { demoOffice } from "./demo-office.ts";

interface DemoOptions {
  readonly stay?: boolean;
}

export function addDemoCommand(program: Command, line: CommandLine): void {
  program
    .command("demo")
    .description("start Offhook on free ports with an example organization, boot all its phones, show what they got")
    .option("--stay", "keep it running until Ctrl-C")
    .action((options: DemoOptions) => demo(line, options));
}

async function demo(line: CommandLine, { stay }: DemoOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-demo-"));
  const app = await createApp({
    config: readConfig(demoEnvironment(line.env, folder)),
    log: pino({ level: "silent" }),
    version: line.version,
  });
  try {
    const listening = await app.listen();
    line.out(
      `Offhook ${line.version} listens on loopback: TFTP ${listening.tftp}, phones ${listening.phoneHttp.join(", ")}, API ${listening.admin}\n`,
    );
    await furnish(createApi(app, listening));
    line.out(
      `${demoOffice.people.length} people, ${demoOffice.devices.length} phones at ${demoOffice.sites.length} sites; a window is open. The phones boot …\n\n`,
    );
    const report = await boot(app, listening);
    line.out(`${reportFleet(report)}\n`);
    line.out(urls(app, listening));
    line.out(stay ? "Ctrl-C ends it.\n" : "It ends here; to try these, run: npm run demo -- --stay\n");
    if (report.summary.some(({ count, provisioned }) => provisioned < count))
      throw new SimulationFailed("not every phone got its file");
    if (stay) await line.untilSignal();
  } finally {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Free ports on loopback and a data folder of its own, whatever else the environment says. */
function demoEnvironment({ OFFHOOK_PROFILES, OFFHOOK_TEMPLATES }: CommandLine["env"], folder: string) {
  return {
    OFFHOOK_PROFILES,
    OFFHOOK_TEMPLATES,
    OFFHOOK_HOST: "127.0.0.1",
    OFFHOOK_ADVERTISE: "127.0.0.1",
    OFFHOOK_TFTP_PORT: "0",
    OFFHOOK_PHONE_HTTP_PORT: "0",
    OFFHOOK_ADMIN_PORT: "0",
    OFFHOOK_DATA: folder,
    OFFHOOK_FIRMWARE: join(folder, "firmware"),
  };
}

type Api = (path: string, body: object, method?: "POST" | "PATCH") => Promise<void>;

/** The demo uses Offhook as anybody would: through its API. */
function createApi({ apiToken }: App, { admin }: Listening): Api {
  return async (path, body, method = "POST") => {
    const reply = await fetch(`http://127.0.0.1:${admin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${method} ${path} ended in ${reply.status}: ${await reply.text()}`);
  };
}

async function furnish(api: Api): Promise<void> {
  await api(
    "/organizations/default/settings",
    { settings: { "sip.server": "pbx.example.com", "voicemail.number": "*97" } },
    "PATCH",
  );
  for (const site of demoOffice.sites) await api("/sites", site);
  for (const { extension, displayName } of demoOffice.people)
    await api("/lines", { id: extension, extension, displayName });
  for (const device of demoOffice.devices) await api("/devices", device);
  await api("/enrolment-windows", { all: true, minutes: 10 });
}

async function boot({ office }: App, { tftp, phoneHttp }: Listening) {
  const phones = demoOffice.devices.flatMap(({ mac: text, model }) => {
    const mac = parseMac(text);
    return mac ? [phoneOf(office.catalogue, model, mac)] : [];
  });
  const server = { host: "127.0.0.1", tftpPort: tftp, ...(phoneHttp[0] !== undefined && { httpPort: phoneHttp[0] }) };
  return await bootFleet(phones, server, { concurrency: 50 });
}

function urls({ apiToken }: App, { admin, phoneHttp, tftp }: Listening): string {
  const api = `http://127.0.0.1:${admin}`;
  return [
    "",
    `API documentation   ${api}/api/docs`,
    `A phone's file      curl http://127.0.0.1:${phoneHttp[0]}/00562b043615.xml`,
    `The same by TFTP    curl tftp://127.0.0.1:${tftp}/00562b043615.xml`,
    `What it was told    curl -H 'Authorization: Bearer ${apiToken}' ${api}/api/v1/devices/00562b043615/exchanges`,
    "",
  ].join("\n");
}
