import { type CampaignPlan, type Counts, countsOf, isAwaited, type Target } from "../domain/campaign.ts";
import type { Mac } from "../domain/mac.ts";
import { type Place, TurnQueue } from "./turn-queue.ts";

/** The phones of a running campaign, as far as each has come; in memory, beside what is stored. */
export class Board {
  readonly #pace: CampaignPlan["pace"];
  readonly #targets = new Map<Mac, { target: Target; readonly place: Place }>();
  readonly #queue = new TurnQueue();
  /** Phones that were chosen for the canary beforehand: they come first. */
  readonly #canaryQueue = new TurnQueue();
  readonly #counts: Record<keyof Counts, number> = { ...countsOf([]) };
  /** Whose turn it is right now. */
  readonly #turning = new Set<Mac>();
  /** Told, and not yet come. */
  readonly #awaited = new Set<Mac>();
  readonly #retries = new Set<Mac>();
  /** In a call when their turn came: they will have another one. */
  readonly #held = new Set<Mac>();
  readonly #canaries = new Set<Mac>();
  /** Who counts for the pace of their site and network, and how many do there. */
  readonly #occupying = new Set<Mac>();
  readonly #busy = new Map<string, number>();

  constructor({ pace }: Pick<CampaignPlan, "pace">) {
    this.#pace = pace;
  }

  get counts(): Counts {
    return this.#counts;
  }

  get canaries(): readonly Target[] {
    return [...this.#canaries].map((mac) => this.of(mac)).filter(({ state }) => state !== "skipped");
  }

  get hasCanaryWaiting(): boolean {
    return this.#canaryQueue.size > 0;
  }

  /** Those of the canary, with those whose turn it is and who may become one. */
  get canariesAtMost(): number {
    return new Set([...this.canaries.map(({ mac }) => mac), ...this.#turning]).size;
  }

  /** Nobody waits for a turn or has one. */
  get isDrained(): boolean {
    const isEmpty = this.#queue.size === 0 && !this.hasCanaryWaiting && this.#turning.size === 0;
    return isEmpty && this.#held.size === 0;
  }

  /** Nothing will happen any more. */
  get isIdle(): boolean {
    return this.isDrained && this.#awaited.size === 0 && this.#retries.size === 0;
  }

  of(mac: Mac): Target {
    const entry = this.#targets.get(mac);
    if (!entry) throw new RangeError(`${mac} is not of this campaign`);
    return entry.target;
  }

  has(mac: Mac): boolean {
    return this.#targets.has(mac);
  }

  /** A target that was read from the store. */
  load(target: Target, place: Place): void {
    this.#targets.set(target.mac, { target, place });
    this.#note(target);
    if (target.state === "pending" && !target.isSending && target.nextAt === undefined) this.#enqueue(target.mac);
  }

  put(target: Target): void {
    const entry = this.#targets.get(target.mac);
    if (!entry) return;
    this.#counts[entry.target.state] -= 1;
    entry.target = target;
    this.#note(target);
  }

  /** The next phone whose site and network have room; it has its turn until `end`. */
  begin(): Target | undefined {
    const from = this.hasCanaryWaiting ? this.#canaryQueue : this.#queue;
    const mac = from.next((place) => this.#hasRoom(place));
    if (mac === undefined) return undefined;
    this.#turning.add(mac);
    this.#occupy(mac);
    return this.of(mac);
  }

  /** `isAgain`: it could not be told now, and waits for another turn. */
  end(mac: Mac, isAgain = false): void {
    if (!this.#turning.delete(mac)) return;
    this.#occupy(mac);
    if (isAgain) this.#enqueue(mac);
  }

  /** Those whose time to come is over. */
  overdue(now: number): readonly Target[] {
    const awaited = [...this.#awaited].filter((mac) => !this.#turning.has(mac)).map((mac) => this.of(mac));
    return awaited.filter(({ dueAt = 0 }) => dueAt <= now);
  }

  /** Who is to be told again by now waits for a turn. */
  wakeRetries(now: number): void {
    for (const mac of this.#retries) {
      // The turn before is still being written where the store is slow.
      if ((this.of(mac).nextAt ?? 0) > now || this.#turning.has(mac)) continue;
      this.#retries.delete(mac);
      this.#enqueue(mac);
    }
  }

  /** Some of those who wait, who will get no turn any more; none when nobody waits. */
  drain(most: number): readonly Target[] {
    const waiting: Target[] = [];
    while (waiting.length < most) {
      const [retry] = this.#retries;
      const mac = this.#queue.next(() => true) ?? this.#canaryQueue.next(() => true) ?? retry;
      if (mac === undefined) break;
      this.#retries.delete(mac);
      waiting.push(this.of(mac));
    }
    return waiting;
  }

  #enqueue(mac: Mac): void {
    const entry = this.#targets.get(mac);
    if (!entry) return;
    const isFirst = entry.target.isCanary && entry.target.attempts === 0;
    (isFirst ? this.#canaryQueue : this.#queue).add(mac, entry.place);
  }

  #note(target: Target): void {
    const { isCanary, mac, nextAt, state } = target;
    this.#counts[state] += 1;
    mark(this.#awaited, mac, isAwaited(target));
    mark(this.#retries, mac, nextAt !== undefined);
    mark(this.#held, mac, nextAt !== undefined && state === "pending");
    mark(this.#canaries, mac, isCanary === true);
    this.#occupy(mac);
  }

  #occupy(mac: Mac): void {
    // One that comes by itself, perhaps tomorrow, is in nobody's way.
    const isBusy = this.#turning.has(mac) || (this.#awaited.has(mac) && this.of(mac).transport !== "wait");
    if (isBusy === this.#occupying.has(mac)) return;
    mark(this.#occupying, mac, isBusy);
    const place = this.#targets.get(mac)?.place;
    for (const key of place ? keysOf(place) : []) this.#busy.set(key, (this.#busy.get(key) ?? 0) + (isBusy ? 1 : -1));
  }

  #hasRoom({ network, site }: Place): boolean {
    const { perNetwork = Number.POSITIVE_INFINITY, perSite = Number.POSITIVE_INFINITY } = this.#pace;
    const isRoomy = (key: string, most: number) => (this.#busy.get(key) ?? 0) < most;
    return isRoomy(siteKey(site), perSite) && (network === "" || isRoomy(networkKey(network), perNetwork));
  }
}

function mark(set: Set<Mac>, mac: Mac, isIn: boolean): void {
  if (isIn) set.add(mac);
  else set.delete(mac);
}

function keysOf({ network, site }: Place): readonly string[] {
  return network === "" ? [siteKey(site)] : [siteKey(site), networkKey(network)];
}

const siteKey = (site: string) => `site ${site}`;
const networkKey = (network: string) => `network ${network}`;
