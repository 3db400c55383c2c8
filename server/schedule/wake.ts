import type { Clock } from "../domain/ports.ts";

export interface WakeParts {
  readonly clock: Clock;
  /** When something is due, milliseconds since the epoch. */
  nextAt(): number | undefined;
  act(): void;
}

/** What comes together is looked at once. */
const togetherMs = 20;
const mostMs = 3_600_000;

/** Calls `act` when something is due; `look` tells it that this may have changed. */
export function createWake({ act, clock, nextAt }: WakeParts) {
  let looking: NodeJS.Timeout | undefined;
  let waking: NodeJS.Timeout | undefined;
  let stopped = false;

  function look(): void {
    if (stopped || looking) return;
    looking = setTimeout(() => {
      looking = undefined;
      clearTimeout(waking);
      const next = nextAt();
      if (next === undefined) return;
      if (next <= clock()) act();
      else {
        waking = setTimeout(look, Math.min(mostMs, next - clock()));
        waking.unref();
      }
    }, togetherMs);
    looking.unref();
  }

  return {
    look,
    stop() {
      stopped = true;
      clearTimeout(looking);
      clearTimeout(waking);
    },
  };
}
