import { Command } from "commander";
import { addBackupCommand } from "./backup.ts";
import { addCheckCommand } from "./check.ts";
import type { CommandLine } from "./command-line.ts";
import { addDemoCommand } from "./demo.ts";
import { addRenderCommand } from "./render.ts";
import { addRestoreCommand } from "./restore.ts";
import { addServeCommand } from "./serve.ts";
import { addSimulateCommand } from "./simulate.ts";

/** Every command; wrong arguments end in a CommanderError with one clear line on `err`. */
export function createProgram(line: CommandLine): Command {
  const program = new Command("offhook")
    .description("Provisioning server for IP phones: serves each phone its own configuration over TFTP and HTTP.")
    .version(line.version)
    .configureOutput({ writeOut: (text) => line.out(text), writeErr: (text) => line.err(text) })
    .exitOverride();
  addServeCommand(program, line);
  addSimulateCommand(program, {
    ...(line.input && { input: line.input }),
    out: (text) => line.out(text),
    profiles: line.env["OFFHOOK_PROFILES"] ?? "profiles",
    untilSignal: () => line.untilSignal(),
  });
  addRenderCommand(program, line);
  addCheckCommand(program, line);
  addBackupCommand(program, line);
  addRestoreCommand(program, line);
  addDemoCommand(program, line);
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  return program;
}
