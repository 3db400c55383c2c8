import type { Command } from "commander";
import { makeBackup } from "../app-backup.ts";
import { readConfig } from "../config.ts";
import type { CommandLine } from "./command-line.ts";

interface BackupCommandOptions {
  readonly withKey?: boolean;
}

export function addBackupCommand(program: Command, line: CommandLine): void {
  program
    .command("backup")
    .description("write everything that is stored into one file, also while Offhook serves; without the master key")
    .argument("<file>", "the file to make, such as offhook.backup.gz")
    .option("--with-key", "put the master key in too: whoever has the file can then open every secret in it")
    .action((file: string, options: BackupCommandOptions) => backup(line, file, options));
}

async function backup({ env, out, err, version }: CommandLine, file: string, options: BackupCommandOptions) {
  const config = readConfig(env);
  const withKey = options.withKey === true;
  const { documents, audit } = await makeBackup(config, file, { version, withKey });
  out(`${file}: ${documents} documents and ${audit} entries of the audit\n`);
  err(
    withKey
      ? "The master key is in it. Whoever has this file can open every secret: keep it as you would keep the key.\n"
      : "The master key is NOT in it, and without that key the file is worth nothing: keep the key too, elsewhere.\n",
  );
}
