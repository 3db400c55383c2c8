import type { Command } from "commander";
import { pino } from "pino";
import { checkProfiles, checkTemplates } from "../app-check.ts";
import { type Office, openOffice } from "../app-office.ts";
import { type Config, readConfig } from "../config.ts";
import type { Device } from "../domain/device.ts";
import type { CommandLine } from "./command-line.ts";

export function addCheckCommand(program: Command, line: CommandLine): void {
  program
    .command("check")
    .description("check configuration, profiles, templates and data, and say what to fix")
    .action(() => check(line));
}

/** Each part by itself, so that one fault does not hide the next. Fails when anything is wrong. */
async function check({ env, out }: CommandLine): Promise<void> {
  let faults = 0;
  async function step(name: string, work: () => Promise<string> | string): Promise<void> {
    try {
      out(`ok     ${name}: ${await work()}\n`);
    } catch (error) {
      faults++;
      out(`wrong  ${name}: ${(error as Error).message}\n`);
    }
  }
  let config: Config | undefined;
  await step("configuration", () => {
    config = readConfig(env);
    return `${Object.keys(config).length} variables`;
  });
  const folders = readConfig(onlyFolders(env));
  await step("profiles", () => checkProfiles(folders.profiles));
  await step("templates", () => checkTemplates(folders.profiles, folders.templates));
  const { data } = folders;
  const opened: Office[] = [];
  if (config)
    await step("data", async () => {
      const office = await openOffice(config ?? folders, pino({ level: "silent" }), Date.now);
      opened.push(office);
      return await checkData(office);
    });
  else
    out(`       data: ${data} is not looked at before the configuration is right
`);
  for (const office of opened) {
    await step("own templates", () => checkOwnTemplates(office));
    await office.close();
  }
  if (faults > 0) throw new Error(`${faults} of 5 parts need attention`);
}

/** Folders alone, so that profiles and templates are checked also when another variable is wrong. */
function onlyFolders(env: CommandLine["env"]): Record<string, string | undefined> {
  const { OFFHOOK_PROFILES, OFFHOOK_TEMPLATES } = env;
  return { OFFHOOK_PROFILES, OFFHOOK_TEMPLATES };
}

/** Makes every device's parameters, which needs every secret to open. */
async function checkData(office: Office): Promise<string> {
  const devices = await office.stores.config.find<Device>({ kind: "device" });
  for (const device of devices) await office.desks.read(office.stores.config, device);
  return `${devices.length} devices`;
}

/** An own template stays as it is when Offhook changes; here is told which no longer fit. */
async function checkOwnTemplates(office: Office): Promise<string> {
  const { count, refused } = await office.templates.inspect();
  if (refused.length > 0) throw new Error(refused.join("\n       "));
  return `${count} in force`;
}
