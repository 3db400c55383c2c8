import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Another process that does one job after the other, so that who asks and who serves do not share an event loop. */
export interface Worker<Job, Result> {
  run(job: Job): Promise<Result>;
  end(): Promise<void>;
}

type Message<Result> = { readonly result: Result } | { readonly failure: string } | { readonly isReady: true };

export async function startWorker<Job extends object, Result>(file: URL): Promise<Worker<Job, Result>> {
  // Nothing of this process's own flags is for the other: a profile would be of both.
  const child = fork(fileURLToPath(file).replace(/\.ts$/, ".js"), { execArgv: [] });
  const died = diesWith(child, file);
  const next = async () => (await Promise.race([once(child, "message"), died]))[0] as Message<Result>;
  await next();
  return {
    async run(job) {
      const answer = next();
      child.send(job);
      const message = await answer;
      if ("result" in message) return message.result;
      throw new Error("failure" in message ? message.failure : "a process that asks started anew");
    },
    async end() {
      if (child.connected) child.disconnect();
      await died.catch(() => {});
    },
  };
}

/** Rejects when the process ends; nobody needs to wait for that. */
function diesWith(child: ChildProcess, file: URL): Promise<never> {
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`${file.pathname} ended with ${code}`);
  });
  died.catch(() => {});
  return died;
}

/** The other side: does what it is sent, and ends when its parent lets go of it. */
export function answerJobs<Job, Result>(work: (job: Job) => Promise<Result>): void {
  const tell = (message: Message<Result>) => void process.send?.(message);
  process.on("message", (job) => {
    work(job as Job).then(
      (result) => tell({ result }),
      (error: unknown) => tell({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
  tell({ isReady: true });
}
