#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { CommanderError } from "commander";
import { createProgram } from "./cli/program.ts";

/** The process: the only reader of process.env and the only exit. Exit 2: wrong arguments; 1: it did not work. */
async function main(): Promise<number> {
  if (existsSync(".env")) loadEnvFile(".env");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = createProgram({
    version,
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    untilSignal,
  });
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`offhook: ${(error as Error).message}\n`);
    return 1;
  }
}

/** Resolves when somebody asks the process to end. A second signal ends it at once. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}

process.exit(await main());
