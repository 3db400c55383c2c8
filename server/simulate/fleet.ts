import { setMaxListeners } from "node:events";
import type { BootServer } from "./asking.ts";
import { bootPhone, type PhoneReport } from "./boot.ts";
import { givesOwnAddresses, ownAddress } from "./own-address.ts";
import type { SimulatedPhone } from "./phones.ts";

export interface FleetOptions {
  /** Phones that boot at the same time; 50 without it. */
  readonly concurrency?: number;
  /** Each asks from an address of its own where the machine has one for it; without it all ask as from behind one router. */
  readonly ownAddresses?: boolean;
  /** Phones that it overtakes are reported as failed. */
  readonly signal?: AbortSignal;
  readonly onPhone?: (report: PhoneReport) => void;
}

export interface ModelSummary {
  readonly model: string;
  readonly count: number;
  readonly provisioned: number;
  readonly bootstrapOnly: number;
  readonly failed: number;
  /** Milliseconds to the last file of provisioned phones; undefined when there is none. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

export interface FleetReport {
  /** In the order they were given. */
  readonly phones: readonly PhoneReport[];
  /** In the order of first mention. */
  readonly summary: readonly ModelSummary[];
  readonly milliseconds: number;
}

/** Some phones did not get their own file. The report was printed; the process ends with 1. */
export class SimulationFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SimulationFailed";
  }
}

/** Boots all phones, some at a time. Never rejects, whatever the server does. */
export async function bootFleet(
  phones: readonly SimulatedPhone[],
  server: BootServer,
  { concurrency = 50, ownAddresses = false, signal, onPhone }: FleetOptions = {},
): Promise<FleetReport> {
  const started = performance.now();
  const serverFor = await serverByPhone(server, ownAddresses);
  // Each phone listens to it; Node warns of a leak at eleven.
  if (signal) setMaxListeners(0, signal);
  const reports = new Array<PhoneReport>(phones.length);
  const queue = phones.entries();
  const boot = async () => {
    for (const [index, phone] of queue) {
      const report = signal?.aborted ? overtaken(phone) : await bootPhone(phone, serverFor(phone), signal);
      reports[index] = report;
      onPhone?.(report);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, phones.length)) }, boot));
  return { phones: reports, summary: summarise(reports), milliseconds: performance.now() - started };
}

/** The server as each phone asks it: from an address of its own where it is to have one and the machine has it. */
export async function serverByPhone(
  server: BootServer,
  ownAddresses: boolean,
): Promise<(phone: SimulatedPhone) => BootServer> {
  const haveOwn = ownAddresses && (await givesOwnAddresses(server.host));
  return ({ mac }) => (haveOwn ? { ...server, from: ownAddress(mac) } : server);
}

function overtaken({ mac, model }: SimulatedPhone): PhoneReport {
  const faults = [{ file: "all", reason: "the time given ran out before it booted" }];
  return { mac, model: model.id, state: "failed", faults, milliseconds: 0, steps: [] };
}

function summarise(reports: readonly PhoneReport[]): ModelSummary[] {
  const byModel = new Map<string, PhoneReport[]>();
  for (const report of reports) {
    const own = byModel.get(report.model);
    if (own) own.push(report);
    else byModel.set(report.model, [report]);
  }
  return [...byModel].map(([model, own]) => {
    const countOf = (state: PhoneReport["state"]) => own.filter((report) => report.state === state).length;
    const times = own.filter(({ state }) => state === "provisioned").map(({ milliseconds }) => milliseconds);
    times.sort((a, b) => a - b);
    return {
      model,
      count: own.length,
      provisioned: countOf("provisioned"),
      bootstrapOnly: countOf("bootstrap only"),
      failed: countOf("failed"),
      p50: percentile(times, 50),
      p99: percentile(times, 99),
    };
  });
}

/** Nearest rank. */
function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1];
}
