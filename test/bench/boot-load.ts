import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { Mac } from "../../server/domain/mac.ts";
import type { BootServer } from "../../server/simulate/asking.ts";
import { bootFleet } from "../../server/simulate/fleet.ts";
import { phoneOf, type SimulatedPhone } from "../../server/simulate/phones.ts";
import { answerJobs } from "./jobs.ts";
import { percentile, startCpuClock } from "./measures.ts";

/** A process in which simulated phones boot. Those of the job before keep what they got, as phones do. */

export interface BootJob {
  readonly server: BootServer;
  readonly phones: readonly { readonly model: string; readonly mac: Mac }[];
}

export interface BootResult {
  /** Milliseconds from the first request of the first to the last file of the last. */
  readonly lastMs: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly cpu: number;
  /** What went wrong, for people. */
  readonly faults: readonly string[];
}

const catalogue = createCatalogue("profiles");
const known = new Map<Mac, SimulatedPhone>();

answerJobs(async ({ server, phones }: BootJob): Promise<BootResult> => {
  for (const { model, mac } of phones) if (!known.has(mac)) known.set(mac, phoneOf(catalogue, model, mac));
  const cpuOf = startCpuClock();
  const fleet = phones.flatMap(({ mac }) => known.get(mac) ?? []);
  const report = await bootFleet(fleet, server, { concurrency: fleet.length });
  const times = report.phones.map(({ milliseconds }) => milliseconds);
  return {
    lastMs: report.milliseconds,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    requests: report.phones.reduce((sum, { steps }) => sum + steps.flatMap(({ attempts }) => attempts).length, 0),
    cpu: cpuOf(),
    faults: report.phones
      .filter(({ state }) => state !== "provisioned")
      .flatMap(({ mac, faults }) => faults.map(({ file, reason }) => `${mac} ${file}: ${reason}`)),
  };
});
