import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { PhoneReport } from "../../server/simulate/boot.ts";
import { bootFleet, type FleetOptions } from "../../server/simulate/fleet.ts";
import type { SimulatedPhone } from "../../server/simulate/phones.ts";
import { linePaths, phones, sitePaths } from "./fleet.ts";
import type { Ledger } from "./ledger.ts";
import type { ServerProcess } from "./server-process.ts";

/** What goes on in an office while it is measured: all phones boot again and again, and people change things. */

export type End = "kill" | "stop";

/** What became of the boots of a while. */
export interface Boots {
  /** How often all phones booted. */
  readonly storms: number;
  /** Phones without their own file, and why. */
  readonly failed: readonly string[];
}

/** People in a hurry and phones as fast as it goes; then the power goes, or the operating system ends the server. */
export async function workUntil(end: End, server: ServerProcess, ledger: Ledger, ms: number): Promise<void> {
  const [closing, cut] = [new AbortController(), new AbortController()];
  const people = Promise.all(startPeople(server, ledger, closing.signal, 0));
  const booting = bootUntil(server, () => cut.signal.aborted, { signal: cut.signal });
  await pause(ms);
  if (end === "kill") await server.kill();
  // From here on a change may be refused; phones go on asking until the end.
  closing.abort();
  if (end === "stop") await stopInTime(server);
  cut.abort();
  await Promise.all([people, booting]);
}

const mostStoppingMs = 10_000;

async function stopInTime(server: ServerProcess): Promise<void> {
  const started = performance.now();
  const code = await server.stop();
  const took = performance.now() - started;
  if (code !== 0 || took > mostStoppingMs) {
    throw new Error(`told to end under load, the server ended with ${code} after ${Math.round(took)} ms`);
  }
}

/**
 * So many fetches of phones' own files over HTTP, with people in a hurry: a day's worth in seconds. Everything that is
 * kept up to a bound is then full: the journal, the files that were rendered. Gives what went wrong.
 */
export async function warmUp(server: ServerProcess, ledger: Ledger, fetches: number): Promise<string[]> {
  const paths = phones.map(ownName);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const wrong: string[] = [];
  let begun = 0;
  const goOn = async () => {
    for (let at = begun++; at < fetches; at = begun++) {
      const path = paths[at % paths.length] ?? "";
      const status = await fetchStatus(agent, server, path);
      if (status !== 200 && wrong.length < 20) wrong.push(`${path} was answered with ${status}`);
    }
  };
  await withPeople(server, ledger, 0, () => Promise.all(Array.from({ length: connections }, goOn)));
  agent.destroy();
  return wrong;
}

const connections = 20;

function ownName({ family, mac }: SimulatedPhone): string {
  const ask = family.boot.find(({ expect }) => expect === "device")?.ask ?? "";
  return `/${ask.replace(/^\//, "").replace("{mac}", mac).replace("{MAC}", mac.toUpperCase())}`;
}

function fetchStatus(agent: Agent, { phones: { host, httpPort } }: ServerProcess, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get({ agent, host, port: httpPort, path }, (reply) => {
      reply.on("error", reject);
      reply.on("end", () => resolve(reply.statusCode ?? 0));
      reply.resume();
    });
    asked.on("error", reject);
  });
}

/** All phones boot again and again while it goes on; people rest between two changes for so many milliseconds. */
export async function workWhile(
  goesOn: () => boolean,
  server: ServerProcess,
  ledger: Ledger,
  restMs: number,
  onStorm: () => Promise<void>,
): Promise<Boots> {
  return await withPeople(server, ledger, restMs, () => bootUntil(server, () => !goesOn(), {}, onStorm));
}

async function withPeople<Result>(
  server: ServerProcess,
  ledger: Ledger,
  restMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const evening = new AbortController();
  const people = Promise.all(startPeople(server, ledger, evening.signal, restMs));
  try {
    return await work();
  } finally {
    evening.abort();
    await people;
  }
}

/** Four who change lines and one who changes sites. */
function startPeople(server: ServerProcess, ledger: Ledger, signal: AbortSignal, restMs: number): Promise<void>[] {
  return [
    ...[1, 2, 3, 4].map(() => ledger.change(server, linePaths, signal, restMs)),
    ledger.change(server, sitePaths, signal, restMs * 10),
  ];
}

/** All phones, again and again; each boot is finished unless the options say otherwise. */
async function bootUntil(
  server: ServerProcess,
  isOver: () => boolean,
  options: FleetOptions,
  onStorm: () => Promise<void> = async () => {},
): Promise<Boots> {
  let boots: Boots = { storms: 0, failed: [] };
  while (!isOver()) {
    const report = await bootFleet(phones, server.phones, { concurrency: phones.length, ...options });
    boots = {
      storms: boots.storms + 1,
      failed: [...boots.failed, ...report.phones.flatMap(faultOf)].slice(0, 20),
    };
    await onStorm();
  }
  return boots;
}

function faultOf({ mac, state, faults }: PhoneReport): string[] {
  return state === "provisioned" ? [] : [`${mac} is ${state}: ${JSON.stringify(faults)}`];
}
