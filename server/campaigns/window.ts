import type { CampaignPlan, CampaignWindow } from "../domain/campaign.ts";
import { createLookBack, isCron, isZone, nextTime } from "../lib/cron.ts";

/** Why nobody may be told now (milliseconds since the epoch), in words; undefined where its window is open. */
export type WhyClosed = (now: number) => string | undefined;

/** Made once for a campaign, as it is asked at every tick: what it saw is kept. */
export function watchWindow({ window }: Pick<CampaignPlan, "window">): WhyClosed {
  if (!window) return () => undefined;
  // Another version of Offhook, or of the time zones, stored it: it waits until somebody cancels it.
  if (typeof window.cron !== "string" || !isCron(window.cron) || !isZone(window.zone))
    return () => "waits for its window, which can't be read";
  const isOpen = watchOpenings(window);
  const nextOpening = watchNext(window);
  return (now) => (isOpen(now) ? undefined : `waits for its window, which ${nextOpening(now)} in ${window.zone}`);
}

const minuteMs = 60_000;

/** Looks back at the whole length once, or when the clock was put back, and from then on at each minute that is new. */
function watchOpenings(window: CampaignWindow): (now: number) => boolean {
  const lastOpening = createLookBack(window);
  let looked = Number.POSITIVE_INFINITY;
  let opened = Number.NEGATIVE_INFINITY;
  return (now) => {
    const minute = Math.floor(now / minuteMs);
    if (minute < looked) opened = Number.NEGATIVE_INFINITY;
    if (minute !== looked) {
      const seen = minute < looked ? Number.NEGATIVE_INFINITY : looked;
      opened = lastOpening(Math.max(seen, minute - window.minutes), minute) ?? opened;
      looked = minute;
    }
    return minute - opened < window.minutes;
  };
}

/** The words are the same until that time, as each change of them is written and told. */
function watchNext(window: CampaignWindow): (now: number) => string {
  const shown = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone: window.zone });
  let looked = Number.POSITIVE_INFINITY;
  let next: Date | undefined;
  return (now) => {
    const minute = Math.floor(now / minuteMs);
    // Where none comes none does later, unless the clock was put back; the search for it is long.
    if (minute < looked || (next && next.getTime() <= now)) next = nextTime(window);
    looked = minute;
    return next ? `opens at ${shown.format(next)}` : "never opens";
  };
}
