import { setTimeout as wait } from "node:timers/promises";
import { asFailure, type Failure } from "../domain/failures.ts";
import type { DocumentKey } from "../domain/ports.ts";
import { type CampaignTimes, LeaseLost } from "./ledger.ts";

interface InsistParts {
  readonly times: Pick<CampaignTimes, "troubleMs">;
  readonly log: { warn(fields: object, message: string): void };
}

interface InsistPlace {
  readonly key: DocumentKey;
  readonly signal: AbortSignal;
}

export type Insisted<Done> = { readonly done: Done } | { readonly refused: string };

/** What can't be done for another reason than the store's is given up then: a campaign has to end. */
const mostTries = 8;
/** So many times the first wait at most. */
const longestWait = 60;

/**
 * Tries again, with growing waits, what failed for our own reasons; for the store's as long as it takes. `refused`: why it
 * can't be done, in words for people; those of whatever failed go to the log. Rejects when the signal or the lease ends.
 */
export async function insist<Done>(
  { log, times }: InsistParts,
  { key, signal }: InsistPlace,
  work: () => Promise<Done>,
): Promise<Insisted<Done>> {
  for (let tries = 1; ; tries++) {
    try {
      return { done: await work() };
    } catch (error) {
      if (isOver(error, signal)) throw error;
      const failure = asFailure(error);
      if (failure.kind.http < 500) return { refused: failure.message };
      log.warn({ err: error, campaign: key.id }, "what a canary had could not be put back yet");
      if (isHopeless(failure, tries)) return { refused: "Offhook could not do it, and its log says why" };
    }
    await wait(times.troubleMs * Math.min(longestWait, 2 ** (tries - 1)), undefined, { signal, ref: false });
  }
}

function isOver(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || error instanceof LeaseLost;
}

function isHopeless({ code }: Failure, tries: number): boolean {
  return tries >= mostTries && code !== "STORE_UNAVAILABLE" && code !== "STORE_FULL";
}
