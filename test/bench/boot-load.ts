import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { Mac } from "../../server/domain/mac.ts";
import type { BootServer } from "../../server/simulate/asking.ts";
import type { PhoneReport } from "../../server/simulate/boot.ts";
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
  /** Boots that had to be made anew, since something did not come or came wrong. */
  readonly again: number;
  readonly cpu: number;
  /** What went wrong in any boot, for people. */
  readonly faults: readonly string[];
  /** Phones that have not got their files even so. */
  readonly left: number;
}

const catalogue = createCatalogue("profiles");
const known = new Map<Mac, SimulatedPhone>();

const mostBoots = 4;

answerJobs(async ({ server, phones }: BootJob): Promise<BootResult> => {
  for (const { model, mac } of phones) if (!known.has(mac)) known.set(mac, phoneOf(catalogue, model, mac));
  const cpuOf = startCpuClock();
  const started = performance.now();
  const times: number[] = [];
  const reports: PhoneReport[] = [];
  let fleet = phones.flatMap(({ mac }) => known.get(mac) ?? []);
  let again = 0;
  for (let boot = 1; fleet.length > 0 && boot <= mostBoots; boot += 1) {
    const begun = performance.now() - started;
    const report = await bootFleet(fleet, server, { concurrency: fleet.length, ownAddresses: true });
    const failed = new Set(report.phones.filter(({ state }) => state !== "provisioned").map(({ mac }) => mac as Mac));
    times.push(...report.phones.filter(({ mac }) => !failed.has(mac as Mac)).map((each) => begun + each.milliseconds));
    reports.push(...report.phones);
    // As a phone does that did not get its file.
    fleet = fleet.filter(({ mac }) => failed.has(mac));
    if (boot < mostBoots) again += fleet.length;
  }
  return {
    lastMs: Math.max(...times),
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    requests: reports.reduce((sum, { steps }) => sum + steps.flatMap(({ attempts }) => attempts).length, 0),
    again,
    cpu: cpuOf(),
    faults: reports.flatMap(({ mac, faults }) => faults.map(({ file, reason }) => `${mac} ${file}: ${reason}`)),
    left: fleet.length,
  };
});
