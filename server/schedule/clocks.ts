import type { Times } from "../lib/cron.ts";
import { startTicker, type Ticker } from "./cron.ts";
import type { Job } from "./job.ts";
import type { Switches } from "./records.ts";

/** What rings for each job, as it is said now. */
export interface Clocks {
  set(job: Job, switches: Required<Switches>): void;
  stop(): void;
}

/** `never` is told, once, of a job whose times never come: people can't say such, but the time zones change. */
export function createClocks(
  tick: (job: Job, slot: number) => Promise<void>,
  never: (job: Job, times: Times) => void,
): Clocks {
  const tickers = new Map<string, { readonly times: string; readonly ticker: Ticker | undefined }>();
  let stopped = false;
  return {
    set(job, { cron, enabled, zone }) {
      const times = enabled ? `${zone} ${cron}` : "";
      const now = tickers.get(job.name);
      if (stopped || now?.times === times) return;
      now?.ticker?.stop();
      tickers.delete(job.name);
      if (!enabled) return;
      const ticker = startTicker({ cron, zone }, (slot) => tick(job, slot.getTime()));
      if (!ticker) never(job, { cron, zone });
      tickers.set(job.name, { times, ticker });
    },
    stop() {
      stopped = true;
      for (const { ticker } of tickers.values()) ticker?.stop();
    },
  };
}
