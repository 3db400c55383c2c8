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
    input: () => process.stdin,
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

/**
 * Resolves when somebody asks the process to end. A second signal ends it at once. The listeners stay until then: the
 * library of atomic writes ends a process whose only listener it is, and that would be in the middle of transfers.
 */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isTold = false;
    const hear = (signal: NodeJS.Signals) => {
      if (isTold) endBy(signal);
      isTold = true;
      resolve(signal);
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, hear);
  });
}

function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

process.exit(await main());
