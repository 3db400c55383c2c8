import type { ApiJob, ApiResult } from "./api-load.ts";
import { ownPaths } from "./http.ts";
import type { HttpJob } from "./http-load.ts";
import { startWorker, type Worker } from "./jobs.ts";
import { mean, percentile } from "./measures.ts";
import type { NodeJob, NodeState } from "./node-server.ts";
import { measureSpread } from "./node-spread.ts";
import { populate } from "./populate.ts";
import { edit, furnish, openStage, plainDevice } from "./stage.ts";
import { startPostgres } from "./start-postgres.ts";
import { figure, type Row } from "./table.ts";
import type { LoadResult } from "./tftp-load.ts";

const deviceCount = 1000;
const addedCount = 200;
const addedAtATime = 10;
const connections = 50;
const servedSeconds = 3;
const masterKey = "0123456789abcdef".repeat(4);
const askedPhones = 200;

export interface Node {
  readonly worker: Worker<NodeJob, NodeState>;
  readonly state: NodeState;
}

/** One database, and one and two processes of Offhook over it, all on this machine. A text says why there is none. */
export async function measureNodes(): Promise<Row[] | string> {
  const postgres = await startPostgres();
  if (typeof postgres === "string") return postgres;
  const variables = { OFFHOOK_DATABASE_URL: postgres.databaseUrl, OFFHOOK_MASTER_KEY: masterKey };
  const nodes: Node[] = [];
  try {
    await fillDatabase(variables);
    nodes.push(await startNode(variables));
    const alone = [...(await measureServed(nodes, variables)), await measureAdded(nodes, 0)];
    nodes.push(await startNode(variables));
    const both = [...(await measureServed(nodes, variables)), await measureAdded(nodes, addedCount)];
    const rows = alone.flatMap((row, at) => [row, ...(both[at] ? [compared(both[at], row)] : [])]);
    return [...rows, await measureSpread(nodes)];
  } finally {
    await Promise.all(nodes.map(({ worker }) => worker.end()));
    await postgres.stop();
  }
}

async function fillDatabase(variables: NodeJob["variables"]): Promise<void> {
  const stage = await openStage(undefined, variables);
  try {
    await furnish(stage, 2 * addedCount);
    await populate(stage, "large", deviceCount);
    await stage.app.office.enrolment.open(edit, { all: true, minutes: 60 });
  } finally {
    await stage.close();
  }
}

async function startNode(variables: NodeJob["variables"]): Promise<Node> {
  const worker = await startWorker<NodeJob, NodeState>(new URL("./node-server.ts", import.meta.url));
  return { worker, state: await worker.run({ variables }) };
}

/** As many phones in all, spread over the nodes, each node asked by a process of its own. */
async function measureServed(nodes: readonly Node[], variables: NodeJob["variables"]): Promise<Row[]> {
  const loads = await Promise.all(
    nodes.map(() => startWorker<HttpJob, LoadResult>(new URL("./http-load.ts", import.meta.url))),
  );
  const paths = ownPaths(0, askedPhones);
  const load = (seconds?: number) =>
    Promise.all(
      loads.map((worker, at) => {
        const share = { paths, connections: connections / nodes.length, ...(seconds !== undefined && { seconds }) };
        return worker.run({ port: nodes[at]?.state.http ?? 0, ...share });
      }),
    );
  try {
    await load();
    await look(nodes, variables);
    const results = await load(servedSeconds);
    const states = await look(nodes, variables);
    if (results.some(({ faults }) => faults > 0)) throw new Error("not every phone got its own file from every node");
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    return [
      {
        what: `HTTP, own files of ${figure(askedPhones)} phones, ${connections} connections kept, warm, PostgreSQL`,
        who: nameOf(nodes),
        result: sum(results.map(({ perSecond }) => perSecond)),
        unit: "/s",
        p50: mean(results.map(({ p50 }) => p50)),
        p99: Math.max(...results.map(({ p99 }) => p99)),
        serverCpu: sum(states.map(({ cpu }) => cpu)),
        clientCpu: sum(results.map(({ cpu }) => cpu)),
      },
      {
        what: `memory of a node with ${figure(deviceCount)} devices in PostgreSQL, after that`,
        who: nameOf(nodes),
        result: mean(states.map(({ megabytes }) => megabytes)),
        unit: "MB each",
      },
    ];
  } finally {
    await Promise.all(loads.map((worker) => worker.end()));
  }
}

function look(nodes: readonly Node[], variables: NodeJob["variables"]): Promise<NodeState[]> {
  return Promise.all(nodes.map(({ worker }) => worker.run({ variables })));
}

/** Devices through the API, some calls at a time in all, spread over the nodes. */
async function measureAdded(nodes: readonly Node[], from: number): Promise<Row> {
  const load = await Promise.all(
    nodes.map(() => startWorker<ApiJob, ApiResult>(new URL("./api-load.ts", import.meta.url))),
  );
  try {
    const bodies = Array.from({ length: addedCount }, (_, index) => plainDevice(from + index));
    const started = performance.now();
    const results = await Promise.all(
      nodes.map(({ state: { admin, token } }, at) =>
        load[at]?.run({
          url: `http://127.0.0.1:${admin}/api/v1/devices`,
          token,
          bodies: bodies.filter((_, index) => index % nodes.length === at),
          atATime: addedAtATime / nodes.length,
        }),
      ),
    );
    const took = results.flatMap((result) => [...(result?.milliseconds ?? [])]);
    return {
      what: `API, ${figure(addedCount)} devices, ${addedAtATime} calls at a time, PostgreSQL`,
      who: nameOf(nodes),
      result: addedCount / ((performance.now() - started) / 1000),
      unit: "/s",
      p50: percentile(took, 50),
      p99: percentile(took, 99),
    };
  } finally {
    await Promise.all(load.map((worker) => worker.end()));
  }
}

function compared(row: Row, alone: Row): Row {
  return { ...row, note: `${(row.result / alone.result).toFixed(2)} of one node` };
}

function nameOf(nodes: readonly Node[]): string {
  return nodes.length === 1 ? "1 node" : `${nodes.length} nodes`;
}
