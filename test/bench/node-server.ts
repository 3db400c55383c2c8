import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerJobs } from "./jobs.ts";
import { startCpuClock } from "./measures.ts";
import { openStage, type Stage } from "./stage.ts";

/** A process that is one node: it opens at its first job, tells what it uses at each further one, and ends with its parent. */

export interface NodeJob {
  /** What it is configured with beside the stage's own. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface NodeState {
  readonly http: number;
  readonly admin: number;
  readonly token: string;
  readonly megabytes: number;
  /** Percent of one core since the job before. */
  readonly cpu: number;
}

let node: Promise<Stage> | undefined;
let cpuOf = startCpuClock();

answerJobs(async ({ variables }: NodeJob): Promise<NodeState> => {
  node ??= open(variables);
  const { listening, token } = await node;
  const cpu = cpuOf();
  cpuOf = startCpuClock();
  const megabytes = process.memoryUsage().rss / 1e6;
  return { http: listening.phoneHttp[0] ?? 0, admin: listening.admin, token, megabytes, cpu };
});

async function open(variables: NodeJob["variables"]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-node-"));
  const stage = await openStage(folder, variables);
  process.once("disconnect", () => void rm(folder, { recursive: true, force: true }));
  return stage;
}
