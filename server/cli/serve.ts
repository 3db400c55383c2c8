import type { Command } from "commander";
import { pino } from "pino";
import { createApp } from "../app.ts";
import { readConfig, variables } from "../config.ts";
import type { CommandLine } from "./command-line.ts";

export function addServeCommand(program: Command, line: CommandLine): void {
  program
    .command("serve")
    .description("serve phones and the API until a signal comes; configured by OFFHOOK_* variables")
    .addHelpText("after", `\nVariables:\n${listVariables()}\n`)
    .action(() => serve(line));
}

function listVariables(): string {
  return Object.entries(variables)
    .map(([name, { text }]) => `  ${name.padEnd(26)}${text}`)
    .join("\n");
}

async function serve({ env, err, untilSignal, version }: CommandLine): Promise<void> {
  const config = readConfig(env);
  const log = pino({ level: config.logLevel, redact: ["*.secret", "*.password", "*.authorization"] });
  const signal = untilSignal();
  const app = await createApp({ config, log, version });
  const { warnings, ...listening } = await app.listen();
  for (const warning of warnings) log.warn({ event: "warning" }, warning);
  log.info({ event: "listening", ...listening }, "Offhook listens");
  // The token is told by its place, not its value: logs are kept and read by others.
  if (config.apiToken === undefined) err(`API token: see ${config.data}/api.token\n`);
  const refreshing = app.office.refreshRevisions().then((changed) => {
    if (changed > 0) log.info({ event: "revisions", changed }, "devices whose files changed since the last start");
  });
  // With thousands of devices that takes a while, and whoever ends the process does not wait so long.
  await Promise.race([refreshing, signal]);
  log.info({ event: "stopping", signal: await signal }, "Offhook stops");
  await app.close();
}
