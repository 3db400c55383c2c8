import { ownPaths } from "./http.ts";
import { percentile } from "./measures.ts";
import type { NodeState } from "./node-server.ts";
import type { Row } from "./table.ts";

const edits = 30;
const longestMs = 10_000;

interface Asked {
  readonly state: NodeState;
}

/** The name of a line is changed at the first node: how long after the answer the last node still serves the former. */
export async function measureSpread(nodes: readonly Asked[]): Promise<Row> {
  const [near, far] = [nodes[0]?.state, nodes.at(-1)?.state];
  if (!near || !far) throw new RangeError("an edit spreads between two nodes");
  const took: number[] = [];
  for (let take = 1; take <= edits; take += 1) {
    const displayName = `Colleague 0 take ${take} of ${edits}`;
    await changeName(near, displayName);
    took.push(await untilServed(far, displayName));
  }
  return {
    what: "an edit at one node, after its answer, until the other serves it",
    who: "2 nodes",
    result: percentile(took, 50),
    unit: "ms",
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    note: `${took.filter((each) => each === 0).length} of ${edits} were there at the first look`,
  };
}

async function changeName({ admin, token }: NodeState, displayName: string): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${admin}/api/v1/lines/large-0`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ displayName }),
  });
  if (!reply.ok) throw new Error(`the edit was answered with ${reply.status}: ${await reply.text()}`);
}

/** Milliseconds until a look that began then showed it; 0 when the first one did. */
async function untilServed({ http }: NodeState, displayName: string): Promise<number> {
  const [path = ""] = ownPaths(0, 1);
  const started = performance.now();
  for (let looks = 0; ; looks += 1) {
    const began = performance.now() - started;
    const text = await (await fetch(`http://127.0.0.1:${http}${path}`)).text();
    if (text.includes(displayName)) return looks === 0 ? 0 : began;
    if (began > longestMs) throw new Error(`after ${longestMs} ms the other node did not serve the edit`);
  }
}
