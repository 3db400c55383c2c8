import { startTicker, type Ticker } from "./cron.ts";
import type { Job } from "./job.ts";
import type { Switches } from "./records.ts";

/** What rings for each job, as it is said now. */
export interface Clocks {
  set(job: Job, switches: Required<Switches>): void;
  stop(): void;
}

export function createClocks(tick: (job: Job, slot: number) => Promise<void>): Clocks {
  const tickers = new Map<string, { readonly times: string; readonly ticker: Ticker }>();
  let stopped = false;
  return {
    set(job, { cron, enabled, zone }) {
      const times = enabled ? `${zone} ${cron}` : "";
      const now = tickers.get(job.name);
      if (stopped || now?.times === times) return;
      now?.ticker.stop();
      tickers.delete(job.name);
      if (!enabled) return;
      const ticker = startTicker({ cron, zone }, (slot) => tick(job, slot.getTime()));
      tickers.set(job.name, { times, ticker });
    },
    stop() {
      stopped = true;
      for (const { ticker } of tickers.values()) ticker.stop();
    },
  };
}
