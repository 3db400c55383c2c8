import { bindEndpoint, type Endpoint, type EndpointParts, type Peer } from "./endpoint.ts";
import type { DataPorts } from "./parts.ts";

/** The sockets that transfers run over. */
export class Pool {
  readonly endpoints: readonly Endpoint[];
  #next = 0;

  constructor(endpoints: readonly Endpoint[]) {
    this.endpoints = endpoints;
  }

  /** In turn, one that the client has no transfer on; where all have one, the older transfer gives way. */
  choose(peer: Peer): Endpoint {
    let endpoint = this.#turn();
    for (let tried = 1; tried < this.endpoints.length && endpoint.transfers.has(peer.key); tried += 1) {
      endpoint = this.#turn();
    }
    endpoint.transfers.get(peer.key)?.abort("the phone asked anew");
    return endpoint;
  }

  #turn(): Endpoint {
    const endpoint = this.endpoints[this.#next];
    if (endpoint === undefined) throw new RangeError("a pool needs at least one socket");
    this.#next = (this.#next + 1) % this.endpoints.length;
    return endpoint;
  }
}

/** Binds up to `count` data sockets; rejects, with the system's `code`, when not a single one can be had. */
export async function bindPool(
  parts: Omit<EndpointParts, "port">,
  ports: Exclude<DataPorts, "single">,
  count: number,
): Promise<Pool> {
  const endpoints: Endpoint[] = [];
  const wanted = Math.max(1, count);
  let refusal: unknown;
  for (const port of candidates(ports, wanted)) {
    if (endpoints.length === wanted) break;
    try {
      endpoints.push(await bindEndpoint({ ...parts, port }));
    } catch (error) {
      refusal = error;
    }
  }
  if (endpoints.length === 0) throw noDataPort(ports, refusal);
  return new Pool(endpoints);
}

function* candidates(ports: Exclude<DataPorts, "single">, wanted: number): Generator<number> {
  const isAny = ports === "any";
  for (let port = isAny ? 1 : ports.from; port <= (isAny ? wanted : ports.to); port += 1) yield isAny ? 0 : port;
}

function noDataPort(ports: Exclude<DataPorts, "single">, cause: unknown): Error {
  const range = ports === "any" ? "" : ` from ${ports.from} to ${ports.to}`;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return Object.assign(new Error(`no TFTP data port${range} can be bound`, { cause }), { code });
}
