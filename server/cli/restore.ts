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
  const restored = await restoreBackup(readConfig(env), file, options.replace === true);
  const { at, documents, audit, windows } = restored;
  out(`${documents} documents and ${audit} entries of the audit, as they were at ${at}\n`);
  out(`${windows} enrolment windows were ended; phones that were pinned stay pinned\n`);
}
