import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";

/** Runs bench.ts as plain Node does what is compiled, because that is what runs in production. */
process.exitCode = await run(compiled("test/bench/bench.ts"));

async function run(file: string): Promise<number> {
  const bench = spawn(process.execPath, [...profiling(), file, ...choices()], {
    cwd: join(import.meta.dirname, "..", ".."),
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals) => void bench.kill(signal);
  process.once("SIGINT", forward).once("SIGTERM", forward);
  const [code] = (await once(bench, "exit")) as [number | null];
  return code ?? 1;
}

/** `npm run bench -- --cpu-prof` leaves a profile of the process that serves in the current folder. */
function profiling(): string[] {
  return process.argv.includes("--cpu-prof") ? ["--cpu-prof", "--cpu-prof-name=offhook-bench.cpuprofile"] : [];
}

/** `--only tftp,http` and `--full` are the bench's own. */
function choices(): string[] {
  return process.argv.slice(2).filter((word) => word !== "--cpu-prof");
}
