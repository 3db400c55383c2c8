import { setTimeout as wait } from "node:timers/promises";
import { type Campaign, type Counts, mayTell, type Target, targetKey } from "../domain/campaign.ts";
import type { Clock, DocumentKey, Store, StoreTransaction } from "../domain/ports.ts";

/** One step of one phone. `isTelling`: it may be sent only if this is written. */
export interface Step {
  readonly target: Target;
  readonly isTelling?: boolean;
}

/** Where a campaign stands, by who runs it. A person's pause or cancellation is left as it is. */
export interface Summary {
  readonly state: "running" | "waiting" | "stopped" | "done";
  readonly reason?: string;
  readonly counts: Counts;
  readonly isOver: boolean;
  /** What is to be said beside a person's cancellation. */
  readonly afterwards?: string;
}

export interface LedgerParts {
  readonly store: Store;
  readonly campaign: DocumentKey;
  readonly node: string;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly times: Pick<CampaignTimes, "leaseMs" | "summaryMs" | "troubleMs">;
  readonly signal: AbortSignal;
  summary(): Summary;
  /** The campaign as it is stored now, after every commit. */
  seen(campaign: Campaign): void;
}

/** In milliseconds. */
export interface CampaignTimes {
  /** How often it is looked whose turn it is. */
  readonly tickMs: number;
  /** After this time without a sign another node takes over. */
  readonly leaseMs: number;
  /** How often where a campaign stands is written, while it moves. */
  readonly summaryMs: number;
  /** The wait before a store that did not answer is asked again. */
  readonly troubleMs: number;
  /** How long one phone may take to be told. */
  readonly patienceMs: number;
  /** The wait before a phone is told again; doubled each time. */
  readonly backoffMs: number;
  /** How long a phone of a critical canary has to register after its fetch. */
  readonly registrationMs: number;
  /** How often the PBX is asked whether it did. */
  readonly askMs: number;
  /** The wait before a phone that is in a call has another turn. */
  readonly callMs: number;
  /** A phone that was in a call at so many turns that they make up this time is given up. */
  readonly mostCallMs: number;
  /** How long a phone has to answer when it is asked whether it can be told without its PBX. */
  readonly reachMs: number;
}

interface WaitingStep {
  readonly step: Step;
  readonly done: (isWritten: boolean) => void;
  readonly fail: (why: Error) => void;
}

/** The campaign is another node's now, or was removed. */
export class LeaseLost extends Error {}

const mostInBatch = 200;

/**
 * Writes the steps of a campaign, many in a commit while they come fast. Every commit proves that the campaign is still
 * this node's: one that lost it can't tell a single phone more.
 */
export class Ledger {
  readonly #parts: LedgerParts;
  #waiting: {
    readonly step: Step;
    readonly done: (isWritten: boolean) => void;
    readonly fail: (why: Error) => void;
  }[] = [];
  #flushing: Promise<void> | undefined;
  #summarized: { readonly text: string; readonly at: number } | undefined;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** Resolves when it is on the disk; false when phones may not be told any more. Rejects when the lease is lost. */
  write(step: Step): Promise<boolean> {
    return new Promise((done, fail) => {
      this.#waiting.push({ step, done, fail });
      this.#flush();
    });
  }

  /** Writes where the campaign stands if that is due. */
  beat(): void {
    if (this.#isSummaryDue()) this.#flush();
  }

  /** Somebody wrote where the campaign stands: it is to be written anew. */
  outdated(): void {
    this.#summarized = undefined;
  }

  /** Resolves when no commit is on its way. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  #isSummaryDue(): boolean {
    const { clock, summary, times } = this.#parts;
    const since = clock() - (this.#summarized?.at ?? 0);
    if (since >= times.leaseMs / 3) return true;
    return since >= times.summaryMs && JSON.stringify(summary()) !== this.#summarized?.text;
  }

  #flush(): void {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
    });
  }

  async #flushAll(): Promise<void> {
    // Others that are ready now go in the same commit.
    await Promise.resolve();
    do await this.#flushOne(this.#waiting.splice(0, mostInBatch));
    while (this.#waiting.length > 0);
  }

  async #flushOne(batch: readonly WaitingStep[]): Promise<void> {
    const { log, seen, signal, times } = this.#parts;
    for (;;) {
      try {
        const { campaign, written } = await this.#commit(batch.map(({ step }) => step));
        seen(campaign);
        batch.forEach(({ done }, at) => void done(written[at] === true));
        return;
      } catch (error) {
        if (error instanceof LeaseLost || signal.aborted) return batch.forEach(({ fail }) => void fail(error as Error));
        log.warn(
          { err: error, campaign: this.#parts.campaign.id },
          "the progress of a campaign could not be written yet",
        );
        await wait(times.troubleMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #commit(steps: readonly Step[]) {
    const { campaign: key, clock, node, store, summary } = this.#parts;
    const standing = this.#isSummaryDue() ? summary() : undefined;
    const at = clock();
    const done = await store.transaction(async (transaction) => {
      const found = await transaction.get<Campaign>(key);
      if (found?.body.lease?.node !== node) throw new LeaseLost(`campaign ${key.id}`);
      const written = steps.map(({ isTelling }) => !isTelling || mayTell(found.body));
      for (const [index, { target }] of steps.entries())
        if (written[index]) await transaction.put<Target>(targetKey(key, target.mac), target);
      return { written, campaign: standing ? await this.#sumUp(transaction, found.body, standing) : found.body };
    });
    if (standing) this.#summarized = { text: JSON.stringify(standing), at };
    return done;
  }

  async #sumUp(
    transaction: StoreTransaction,
    before: Campaign,
    { afterwards, isOver, ...standing }: Summary,
  ): Promise<Campaign> {
    const { campaign: key, clock, node, times } = this.#parts;
    const { lease: _lease, reason: _reason, ...kept } = before;
    const now = clock();
    const at = new Date(now).toISOString();
    const reason = (before.state === "cancelled" ? afterwards : undefined) ?? before.reason;
    const mine = mayTell(before) ? standing : { counts: standing.counts, ...(reason !== undefined && { reason }) };
    const held =
      isOver && before.state !== "paused" ? { endedAt: at } : { lease: { node, until: now + times.leaseMs } };
    if (mayTell(before) && standing.state === "stopped") {
      const entry = { at, organization: key.organization, actor: "offhook", action: "campaign.stop" };
      transaction.audit({ ...entry, kind: key.kind, id: key.id, detail: { reason: standing.reason } });
    }
    return (await transaction.put<Campaign>(key, { ...kept, ...mine, ...held })).body;
  }
}
