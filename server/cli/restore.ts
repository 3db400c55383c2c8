import { access } from "node:fs/promises";
import type { Command } from "commander";
import { restoreBackup } from "../app-backup.ts";
import { readConfig } from "../config.ts";
import type { CommandLine } from "./command-line.ts";

interface RestoreOptions {
  readonly replace?: boolean;
}

export function addRestoreCommand(program: Command, line: CommandLine): void {
  program
    .command("restore")
    .description("fill an empty data folder or database from a backup, all or nothing; Offhook must be stopped")
    .argument("<file>", "the file that `backup` made")
    .option("--replace", "give up everything that is there")
    .action((file: string, options: RestoreOptions) => restore(line, file, options));
}

async function restore({ env, out }: CommandLine, file: string, options: RestoreOptions): Promise<void> {
  await access(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(code === "ENOENT" ? `there is no file ${file}` : `${file} can't be read: ${code}`);
  });
  const restored = await restoreBackup(readConfig(env), file, options.replace === true);
  const { at, audit, campaigns, deliveries, documents, grants, rotations, windows } = restored;
  out(`${documents} documents and ${audit} entries of the audit, as they were at ${at}\n`);
  out(`${windows} enrolment windows were ended; phones that were pinned stay pinned\n`);
  out(`${grants} grants were ended\n`);
  out(`${campaigns} campaigns under way were ended, ${deliveries} waiting deliveries to web hooks were dropped\n`);
  out(`${rotations} rotations of secrets under way wait for a person: POST /api/v1/rotations/ID/resume\n`);
}
