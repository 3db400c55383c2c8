import { setTimeout as wait } from "node:timers/promises";
import { type Campaign, mayTell } from "../domain/campaign.ts";
import type { Mac } from "../domain/mac.ts";
import { blockOf } from "../domain/network.ts";
import type { DocumentKey, Store } from "../domain/ports.ts";
import type { Presence, ServedFacts } from "../journal/presence.ts";
import type { PushRecords } from "../office/push/records.ts";
import { Board } from "./board.ts";
import { canaryFailed, judgeCanary, judgeProof, lostCanary, tooManyFailures } from "./gates.ts";
import { Ledger, type Summary } from "./ledger.ts";
import { skipped } from "./outcome.ts";
import { putBack } from "./put-back.ts";
import { recall } from "./recall.ts";
import { type StepParts, Steps } from "./steps.ts";
import { targetsOf } from "./targets.ts";
import { cameAfterTelling } from "./turn.ts";
import { type WhyClosed, watchWindow } from "./window.ts";

export interface RunParts extends StepParts {
  readonly store: Store;
  readonly records: Pick<PushRecords, "of">;
  readonly presence: Pick<Presence, "of" | "all">;
  readonly node: string;
}

/** As many are being told at once; each holds a socket's place for a while where its phone is dead. */
const mostTurning = 500;
/** At every tick, so that others have their turn between. */
const mostDrained = 200;

/** One campaign that this node runs, from what is stored of it to its end. */
export class Run {
  readonly #parts: RunParts;
  readonly #key: DocumentKey;
  readonly #board: Board;
  readonly #whyClosed: WhyClosed;
  readonly #ledger: Ledger;
  readonly #steps: Steps;
  readonly #ended = new AbortController();
  #campaign: Campaign;
  #stopped: string | undefined;
  /** What the canary had before is being given back to it. */
  #puttingBack: Promise<void> | undefined;
  #isPuttingBack = false;
  #isLoaded = false;
  #tokens = 1;
  #refilledAt: number;
  #askedAt = 0;
  #turning = 0;

  constructor(parts: RunParts, key: DocumentKey, campaign: Campaign) {
    this.#parts = parts;
    this.#key = key;
    this.#campaign = campaign;
    this.#stopped = campaign.putBack?.why;
    this.#isPuttingBack = campaign.putBack !== undefined;
    this.#board = new Board(campaign.plan);
    this.#whyClosed = watchWindow(campaign.plan);
    this.#refilledAt = parts.clock();
    this.#ledger = new Ledger({
      ...parts,
      campaign: key,
      signal: this.#ended.signal,
      summary: () => this.#summary(),
      seen: (stored) => this.seen(stored),
    });
    const place = { key, board: this.#board, ledger: this.#ledger, ended: this.#ended };
    this.#steps = new Steps(parts, { ...place, campaign: () => this.#campaign });
  }

  /** Runs it to its end, or until another node has it or `end` is called. Does not reject. */
  async run(): Promise<void> {
    const { signal } = this.#ended;
    try {
      await this.#load();
      while (!signal.aborted) {
        this.#tick();
        await wait(this.#parts.times.tickMs, undefined, { signal, ref: false });
      }
    } catch (error) {
      if (!signal.aborted)
        this.#parts.log.warn({ err: error, campaign: this.#key.id }, "a campaign could not go on yet");
    } finally {
      this.end();
    }
  }

  end(): void {
    this.#ended.abort();
  }

  /** Ends it, and resolves when nothing of it is being written any more. */
  async close(): Promise<void> {
    this.end();
    await this.#ledger.settled();
  }

  /** The campaign as it is stored now: somebody may have paused or cancelled it. */
  seen(campaign: Campaign): void {
    if (campaign.state !== this.#campaign.state) this.#ledger.outdated();
    this.#campaign = campaign;
    if (campaign.endedAt !== undefined || campaign.lease?.node !== this.#parts.node) this.end();
  }

  /** A phone has completed a fetch of its file. */
  served(organization: string, mac: Mac, served: ServedFacts): void {
    if (!this.#isLoaded || organization !== this.#key.organization || !this.#board.has(mac)) return;
    const target = this.#board.of(mac);
    if (target.state === "up-to-date" || this.#campaign.plan.action === "report") return;
    if (cameAfterTelling(target, served)) void this.#steps.came(target);
  }

  async #load(): Promise<void> {
    const { presence, store } = this.#parts;
    const seen = await presence.all(this.#key.organization);
    const news: (() => Promise<void>)[] = [];
    for await (const { body } of targetsOf(store, this.#key)) {
      const { address, served } = seen.get(body.mac) ?? {};
      const network = address === undefined ? "" : blockOf(address);
      this.#board.load(body, { site: body.site, model: body.model, network });
      const now = await recall(this.#parts, this.#key, body, served);
      if (now === "came") news.push(() => this.#steps.came(body));
      else if (now !== body) news.push(() => this.#steps.settle(now));
    }
    // Where the campaign stands is written with them, so all phones have to be known by then.
    this.#isLoaded = true;
    for (const each of news) void each();
  }

  #tick(): void {
    const now = this.#parts.clock();
    this.#refill(now);
    for (const target of this.#board.overdue(now)) void this.#steps.giveUp(target);
    this.#askPbx(now);
    if (mayTell(this.#campaign)) this.#stopped ??= this.#whyStop();
    const { state } = this.#campaign;
    if (this.#stopped !== undefined || state === "cancelled" || state === "stopped") this.#wind();
    else if (mayTell(this.#campaign)) {
      this.#board.wakeRetries(now);
      this.#tellMore(now);
    }
    this.#ledger.beat();
  }

  #refill(now: number): void {
    const { perSecond } = this.#campaign.plan.pace;
    const earned = (Math.max(0, now - this.#refilledAt) / 1000) * perSecond;
    this.#refilledAt = now;
    this.#tokens = Math.min(Math.max(1, perSecond / 10), this.#tokens + earned);
  }

  #askPbx(now: number): void {
    if (!this.#campaign.plan.critical || now - this.#askedAt < this.#parts.times.askMs) return;
    this.#askedAt = now;
    for (const each of this.#board.canaries) if (each.registration === "awaited") void this.#steps.confirm(each);
  }

  #whyStop(): string | undefined {
    const { plan } = this.#campaign;
    const { canaries, counts } = this.#board;
    if (plan.canary && this.#canary() === "failed") return canaryFailed(plan.canary, canaries);
    return tooManyFailures(plan, counts);
  }

  #canary() {
    const { canary, critical } = this.#campaign.plan;
    if (!canary) return "passed";
    const { canaries, isDrained } = this.#board;
    const verdict = judgeCanary(canary, canaries, isDrained);
    return verdict === "passed" && critical ? judgeProof(canary, canaries, isDrained) : verdict;
  }

  #tellMore(now: number): void {
    if (this.#whyClosed(now) !== undefined) return;
    while (this.#tokens >= 1 && this.#turning < mostTurning && this.#mayBegin()) {
      const isOfCanary = this.#canary() === "gathering";
      const target = this.#board.begin();
      if (!target) return;
      this.#tokens -= 1;
      this.#turning += 1;
      void this.#steps.turn(target, target.isCanary ?? isOfCanary).then((isNeedless) => {
        this.#turning -= 1;
        // Who needs nothing takes nothing of the pace.
        if (isNeedless) this.#tokens += 1;
      });
    }
  }

  #mayBegin(): boolean {
    const { canary } = this.#campaign.plan;
    const { canaries, canariesAtMost, hasCanaryWaiting } = this.#board;
    if (hasCanaryWaiting) return true;
    const verdict = this.#canary();
    // Where it is whole and none of it has anything to prove, one more at a time.
    return (
      verdict === "passed" ||
      (verdict === "gathering" && canariesAtMost < Math.max(canary?.count ?? 0, canaries.length + 1))
    );
  }

  /** Those who were not told never are; of a critical change that its canary did not prove, that gets back what it had. */
  #wind(): void {
    const why = this.#campaign.state === "cancelled" ? "the campaign was cancelled" : "the campaign was stopped";
    for (const target of this.#board.drain(mostDrained)) {
      const { nextAt: _nextAt, ...last } = target;
      void this.#steps.settle(target.attempts === 0 ? skipped(target, why) : last);
    }
    if (this.#stopped === undefined) return;
    // What has begun is ended: who comes for what was put back, and finds its PBX, proves nothing.
    const isUnproven = this.#isPuttingBack || (this.#campaign.plan.critical && this.#canary() !== "passed");
    if (isUnproven) this.#puttingBack ??= this.#putBack(this.#stopped).catch((error) => this.#leave(error));
  }

  async #putBack(why: string): Promise<void> {
    this.#isPuttingBack = true;
    const told = this.#board.canaries.filter(({ attempts, before }) => attempts > 0 && before !== undefined);
    const place = { key: this.#key, signal: this.#ended.signal, campaign: this.#campaign, why };
    const said = await putBack(this.#parts, place, told);
    this.#stopped = [why, ...said].join("; ");
    this.#isPuttingBack = false;
  }

  /** Another process, or this one when the campaign is taken up again, goes on with it. */
  #leave(error: unknown): void {
    if (!this.#ended.signal.aborted)
      this.#parts.log.warn({ err: error, campaign: this.#key.id }, "what a canary had could not be put back yet");
    this.end();
  }

  #summary(): Summary {
    const { counts, isIdle } = this.#board;
    const stopped = this.#stopped;
    const isOver = isIdle && !this.#isPuttingBack;
    const afterwards = this.#campaign.state === "cancelled" ? this.#afterCancel() : undefined;
    const standing = { counts: { ...counts }, isOver, ...(afterwards !== undefined && { afterwards }) };
    if (stopped !== undefined && this.#isPuttingBack)
      return { ...standing, state: "waiting", reason: `${stopped}; it gets back what it had` };
    if (stopped !== undefined) return { ...standing, state: "stopped", reason: stopped };
    if (isIdle) return { ...standing, state: "done" };
    const closed = this.#whyClosed(this.#parts.clock());
    if (closed !== undefined) return { ...standing, state: "waiting", reason: closed };
    if (this.#canary() === "waiting") return { ...standing, state: "waiting", reason: "waits for the canary to come" };
    return { ...standing, state: "running" };
  }

  /** What became of the canary, where a person ended the campaign. */
  #afterCancel(): string | undefined {
    return this.#stopped ?? (this.#campaign.plan.critical ? lostCanary(this.#board.canaries) : undefined);
  }
}
