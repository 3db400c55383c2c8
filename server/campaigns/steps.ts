import type { Campaign, Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import { Failure } from "../domain/failures.ts";
import type { Mac } from "../domain/mac.ts";
import type { Clock, DocumentKey, StoredDocument, StoreReader } from "../domain/ports.ts";
import type { PushAction } from "../domain/push.ts";
import type { Presence } from "../journal/presence.ts";
import type { Reports } from "../office/phones/reports.ts";
import type { Calls } from "../office/push/calls.ts";
import type { Revisions } from "../office/revisions/revisions.ts";
import type { Push } from "../push.ts";
import type { Board } from "./board.ts";
import { type CampaignTimes, LeaseLost, type Ledger } from "./ledger.ts";
import { afterComing, afterTelling, afterWaiting, heldByCall, type PushResult, skipped, troubled } from "./outcome.ts";
import { isAnew, notAsked, type ProofParts, proven, toBeProven, unheard, unproven } from "./proof.ts";
import { cameAfterTelling, type Turn, takeTurn } from "./turn.ts";

export interface StepParts {
  readonly store: StoreReader;
  readonly push: Push;
  readonly presence: Pick<Presence, "of">;
  readonly revisions: Pick<Revisions, "of">;
  readonly proof: ProofParts;
  readonly calls: Pick<Calls, "isInCall">;
  readonly reports: Pick<Reports, "hasOpenDrift">;
  readonly clock: Clock;
  readonly times: CampaignTimes;
  /** How long a phone has to come, in milliseconds, where it is not known whether it was told. */
  readonly timeToCome: Readonly<Record<PushAction, number>>;
  readonly log: { warn(fields: object, message: string): void };
}

/** The campaign that the steps are of. */
interface StepPlace {
  readonly key: DocumentKey;
  readonly board: Board;
  readonly ledger: Ledger;
  readonly ended: AbortController;
  campaign(): Campaign;
}

type Left = Extract<Turn, { skip: unknown } | { inCall: unknown }>;
type Told = Extract<Turn, { device: unknown }>;

/** What is done with one phone of a campaign; each step is on the disk before the next. None of them rejects. */
export class Steps {
  readonly #parts: StepParts;
  readonly #place: StepPlace;

  constructor(parts: StepParts, place: StepPlace) {
    this.#parts = parts;
    this.#place = place;
  }

  /** A phone has its turn. True when nothing had to be sent. */
  async turn(target: Target, isCanary: boolean): Promise<boolean> {
    const { board, campaign, key } = this.#place;
    let outcome: "told" | "unheard" | "needless" | "again" = "again";
    try {
      const turn = await takeTurn(this.#parts, key, target, campaign().plan);
      if ("device" in turn) outcome = await this.#tellIfHeard(target, turn, isCanary);
      else {
        await ("came" in turn ? this.came(target) : this.#leave(target, turn));
        outcome = "needless";
      }
    } catch (error) {
      this.#trouble(error, target.mac);
      if (await this.#putOff(target)) outcome = "unheard";
    }
    const now = board.of(target.mac);
    board.end(target.mac, outcome === "again" && now.state !== "up-to-date" && !now.isSending);
    return outcome === "needless";
  }

  /** Nothing is sent to it, for ever or for now. */
  async #leave(target: Target, turn: Left): Promise<void> {
    const { clock, times } = this.#parts;
    // Meanwhile it had time to come by itself.
    if (this.#place.board.of(target.mac) !== target) return;
    await this.settle("skip" in turn ? skipped(target, turn.skip) : heldByCall(target, times, clock()));
  }

  /** Its turn failed. False where it was told nevertheless, or came. */
  async #putOff(target: Target): Promise<boolean> {
    const { board, ended } = this.#place;
    if (ended.signal.aborted || board.of(target.mac) !== target) return false;
    await this.settle(troubled(target, this.#retry, this.#parts.clock()));
    return true;
  }

  /** It completed the fetch; one of a critical canary has to register as well. */
  async came(target: Target): Promise<void> {
    const { clock, times } = this.#parts;
    const isToProve = this.#place.campaign().plan.critical && target.isCanary && target.before !== undefined;
    await this.settle(isToProve ? toBeProven(target, clock() + times.registrationMs) : afterComing(target));
  }

  /** Its time is over. */
  async giveUp(target: Target): Promise<void> {
    await this.#giveUp(target).catch((error) => this.#trouble(error, target.mac));
  }

  async #giveUp(target: Target): Promise<void> {
    const { clock, presence } = this.#parts;
    const { board, campaign, key } = this.#place;
    if (target.registration === "awaited") return await this.settle(unproven(target));
    const { served } = await presence.of(key.organization, target.mac);
    if (board.of(target.mac) !== target) return;
    if (campaign().plan.action !== "report" && cameAfterTelling(target, served)) return await this.came(target);
    await this.settle(afterWaiting(target, this.#retry, clock()));
  }

  /** Asks the PBX whether a phone of the canary is back. */
  async confirm(target: Target): Promise<void> {
    await this.#confirm(target).catch((error) => this.#trouble(error, target.mac));
  }

  async #confirm(target: Target): Promise<void> {
    const device = await this.#deviceOf(target.mac);
    const now = device && (await this.#parts.proof.registration(device));
    const isBack = isAnew(target.before?.registration, now, target.at ?? 0);
    if (isBack && this.#place.board.of(target.mac) === target) await this.settle(proven(target));
  }

  async settle(target: Target): Promise<void> {
    this.#place.board.put(target);
    await this.#place.ledger.write({ target }).catch((error) => this.#trouble(error, target.mac));
  }

  /** A phone that the change could lose is not told where that can't be done without its PBX: it might never come back. */
  async #tellIfHeard(target: Target, turn: Told, isCanary: boolean): Promise<"told" | "unheard" | "again"> {
    const { board, campaign, ended, key } = this.#place;
    const { clock, presence } = this.#parts;
    const { action } = campaign().plan;
    const why = turn.isToProve ? await this.#noDirectAnswer(turn.device, action) : undefined;
    // It had time to come by itself.
    const { served } = await presence.of(key.organization, target.mac);
    if (ended.signal.aborted || board.of(target.mac) !== target || served?.n !== turn.served) return "again";
    if (why === undefined) return (await this.#tell(target, turn, isCanary)) ? "told" : "again";
    const asked: Target = { ...target, ...(isCanary && { isCanary }), isToProve: true };
    await this.settle(unheard(asked, why, this.#retry, clock()));
    return "unheard";
  }

  async #noDirectAnswer(device: StoredDocument<Device>, action: PushAction): Promise<string | undefined> {
    return await this.#parts.proof.noDirectAnswer(device, action).catch((error: unknown) => {
      this.#trouble(error, device.body.mac);
      return notAsked;
    });
  }

  /** False when it may not be told now, and nothing was. */
  async #tell(target: Target, turn: Told, isCanary: boolean): Promise<boolean> {
    const { board, campaign, ended, ledger } = this.#place;
    const { nextAt: _nextAt, ...waiting } = target;
    const telling = await this.#telling(waiting, turn, isCanary);
    board.put(telling);
    if (!(await ledger.write({ target: telling, isTelling: true }))) {
      board.put(waiting);
      return false;
    }
    const result = await this.#send(turn.device);
    // What was given up because Offhook ends is no outcome: it is awaited after the next start.
    if (ended.signal.aborted) return true;
    const now = board.of(target.mac);
    const by = result.transport === undefined ? {} : { transport: result.transport };
    const after = afterTelling(telling, result, this.#retry, this.#parts.clock());
    await this.settle(now.state === "up-to-date" ? { ...now, ...by } : after);
    return campaign().endedAt === undefined;
  }

  async #telling(
    { before: _before, isToProve: _isToProve, ...target }: Target,
    { device, isToProve, revision, served }: Told,
    isCanary: boolean,
  ): Promise<Target> {
    const { clock, proof, timeToCome, times } = this.#parts;
    const { action } = this.#place.campaign().plan;
    const registration = isToProve && isCanary ? await proof.registration(device) : undefined;
    const before = { ...(served !== undefined && { n: served }), ...(registration && { registration }) };
    const at = clock();
    return {
      ...target,
      ...(isCanary && { isCanary }),
      ...(isToProve && { isToProve }),
      ...(isToProve && isCanary && { before }),
      state: "pending",
      isSending: true,
      attempts: target.attempts + 1,
      revision,
      at,
      dueAt: at + times.patienceMs + timeToCome[action],
    };
  }

  async #send(device: StoredDocument<Device>): Promise<PushResult> {
    const { clock, push, times } = this.#parts;
    const { by, plan } = this.#place.campaign();
    const signal = AbortSignal.any([this.#place.ended.signal, AbortSignal.timeout(times.patienceMs)]);
    const only = plan.transport === undefined ? {} : { transport: plan.transport };
    const told = push.tell({ device, errand: { action: plan.action }, by, signal, ...only });
    return await told.then(
      (each) => each.push,
      (thrown: unknown) => refusedBy(thrown, clock()),
    );
  }

  async #deviceOf(mac: Mac): Promise<StoredDocument<Device> | undefined> {
    const { organization } = this.#place.key;
    return await this.#parts.store.get<Device>({ organization, kind: "device", id: mac });
  }

  get #retry() {
    const { action, retries } = this.#place.campaign().plan;
    return { action, retries, backoffMs: this.#parts.times.backoffMs };
  }

  #trouble(error: unknown, mac: Mac): void {
    const { ended, key } = this.#place;
    if (error instanceof LeaseLost) ended.abort();
    if (ended.signal.aborted) return;
    this.#parts.log.warn({ err: error, campaign: key.id, mac }, "a phone of a campaign could not be told yet");
  }
}

function refusedBy(thrown: unknown, now: number): PushResult {
  if (!(thrown instanceof Failure) || thrown.kind.http >= 500) throw thrown;
  return { result: "refused", reason: thrown.message, dueAt: now, revision: 0, attempts: [] };
}
