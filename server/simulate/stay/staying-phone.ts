import { setImmediate } from "node:timers/promises";
import type { LoadedFamily } from "../../catalogue/load.ts";
import type { Mac } from "../../domain/mac.ts";
import type { SipAnswer } from "../../sip/answering.ts";
import { headerOf, type SipRequest } from "../../sip/message.ts";
import type { SipPeer } from "../../sip/peer.ts";
import type { BootServer } from "../asking.ts";
import type { PhoneReport } from "../boot.ts";
import type { SimulatedPhone } from "../phones.ts";
import { CallWait } from "./call-wait.ts";
import type { Role } from "./cast.ts";
import { createChance, createLoss } from "./chance.ts";
import { type Ear, openEar } from "./ear.ts";
import { carryOut } from "./errands.ts";
import { createHearing, type Hearing } from "./hearing.ts";
import { type Held, onlyHears, sipPortOf, taken } from "./held.ts";
import { judge } from "./judge.ts";
import { createLoginGate, type LoginGate } from "./login.ts";
import type { Order } from "./notice.ts";
import type { StayEvent } from "./stay-event.ts";

export interface StayingParts {
  readonly phone: SimulatedPhone;
  readonly server: BootServer;
  /** Of its boot. */
  readonly report: PhoneReport;
  readonly role: Role;
  /** Where it listens; the port of its own file when absent, else this one (0: any). */
  readonly place: { readonly address: string; readonly port?: number };
  /** Of packets that a lossy phone's network loses. */
  readonly lossShare: number;
  readonly seed: number;
  onEvent(event: StayEvent): void;
}

/** A transfer that broke off is begun anew. */
const usualTries = 3;
/** Of families that have no list of them in their files. */
const usualRetrySeconds = 30;

/** A phone that has booted and is there: hears SIP, does what it is told, and can be changed by hand. */
export class StayingPhone {
  readonly #parts: StayingParts;
  readonly #gate: LoginGate;
  readonly #hearing: Hearing;
  readonly #server: BootServer;
  readonly #call = new CallWait((order) => this.#queue(order));
  readonly #changed = new Map<string, string>();
  readonly #loses: (() => boolean) | undefined;
  #held: Held;
  /** Of its life from one end of power to the next. */
  #end = new AbortController();
  #port: number | undefined;
  #ear: Ear | undefined;
  #isUp = true;
  #work: Promise<void> = Promise.resolve();
  #next: Order | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: StayingParts) {
    const { lossShare, report, role, seed, server } = parts;
    this.#parts = parts;
    this.#gate = createLoginGate(createChance(seed));
    this.#hearing = createHearing();
    this.#held = taken(new Map(), report.steps);
    const isLossy = role.character === "lossy";
    // Each of its own, so that what one loses does not depend on what the other carries.
    this.#loses = isLossy ? createLoss(lossShare, seed + 1) : undefined;
    const patient = { ...server, patience: { tries: usualTries, ...server.patience } };
    this.#server = isLossy ? { ...patient, loses: createLoss(lossShare, seed + 2) } : patient;
  }

  get mac(): Mac {
    return this.#parts.phone.mac;
  }

  get model(): string {
    return this.#parts.phone.model.id;
  }

  get family(): LoadedFamily {
    return this.#parts.phone.family;
  }

  get role(): Role {
    return this.#parts.role;
  }

  get isInCall(): boolean {
    return this.#call.isOn;
  }

  /** Where it listens for SIP; undefined while it is off. */
  get place(): { readonly address: string; readonly port: number } | undefined {
    return this.#ear;
  }

  /** What it holds, by parameter; secrets as well. */
  get values(): Held {
    return this.#held;
  }

  /** Rejects with the system's error when it can't listen there. */
  async open(): Promise<void> {
    const ear = await this.#listen();
    this.#tell("up", `${ear.address}:${ear.port} ${this.role.character}, ${this.#parts.report.state}`);
  }

  async #listen(): Promise<Ear> {
    const { address, port } = this.#parts.place;
    const ear = await openEar({
      // Where it was before it was off: whoever was told of a free port still knows it.
      ...{ address, port: this.#port ?? port ?? sipPortOf(this.family, this.#held) },
      isAlive: this.role.character !== "dead",
      // Gone while it starts anew: what comes then is lost, and answered when it comes again.
      loses: () => !this.#isUp || (this.#loses?.() ?? false),
      answer: (request, peer) => this.#answer(request, peer),
    });
    this.#port = ear.port;
    this.#ear = ear;
    return ear;
  }

  /** As somebody with the phone in hand: stays until a file says something else. */
  set(name: string, value: string): void {
    this.#held = new Map([...this.#held, [name, value]]);
    this.#changed.set(name, value);
    this.#tell("set", name);
  }

  /** Somebody speaks, or has ended: a fetch waits meanwhile. */
  call(isOn: boolean): void {
    if (isOn === this.isInCall) return;
    this.#tell("call", isOn ? "on" : "off");
    if (isOn) this.#call.begin();
    else this.#call.end();
  }

  /** What it was doing breaks off, and it is as silent as no phone; it holds what it held. */
  async switchOff(): Promise<void> {
    if (!this.#ear) return;
    await this.close();
    this.#tell("off", "what it holds stays");
  }

  /** It boots, and listens where it did before. Rejects with the system's error when it can't listen there. */
  async switchOn(): Promise<void> {
    if (this.#ear) return;
    this.#end = new AbortController();
    this.#isUp = false;
    const { address, port } = await this.#listen();
    this.#tell("on", `${address}:${port}`);
    this.#queue({ kind: "reboot" });
  }

  /** As if it were told to: it comes by itself. */
  come(): void {
    this.#take(this.family.format === "flat-xml" ? { kind: "resync" } : { kind: "reboot" });
  }

  async close(): Promise<void> {
    const ear = this.#ear;
    this.#ear = undefined;
    this.#end.abort();
    clearTimeout(this.#retry);
    this.#call.drop();
    await Promise.all([ear?.close(), this.#work]);
  }

  async #answer(request: SipRequest, peer: SipPeer): Promise<SipAnswer | undefined> {
    if (!(await this.#hearing.hears(onlyHears(this.#held), peer.address))) return undefined;
    const { phone, role } = this.#parts;
    const { answer, order } = judge(request, { family: phone.family, held: this.#held, role, gate: this.#gate });
    const callId = headerOf(request, "Call-ID") ?? "";
    const what = request.method === "NOTIFY" ? (headerOf(request, "Event") ?? "no event") : request.method;
    this.#tell("told", `${what}: ${answer.status} ${answer.reason}`, { callId, status: answer.status });
    if (order) this.#take(order);
    return answer;
  }

  #take(order: Order): void {
    if (this.#call.holds(order, this.#held)) this.#tell("waits", "in a call");
    else this.#queue(order);
  }

  /** One after the other; of those that come meanwhile the last one is enough. */
  #queue(order: Order): void {
    const isWaiting = this.#next !== undefined;
    this.#next = order;
    if (isWaiting) return;
    this.#work = this.#work.then(async () => {
      // The answer goes out before anything is done (cisco.md E.2).
      await setImmediate();
      const next = this.#next;
      this.#next = undefined;
      if (next && !this.#end.signal.aborted) await this.#carryOut(next);
    });
  }

  async #carryOut(order: Order): Promise<void> {
    clearTimeout(this.#retry);
    const { signal } = this.#end;
    this.#isUp = order.kind !== "reboot";
    const { end, detail, held } = await carryOut(order, {
      ...{ phone: this.#parts.phone, server: this.#server, held: this.#held },
      ...{ changed: this.#stillChanged(), signal },
    });
    if (held) this.#held = held;
    this.#isUp = true;
    if (signal.aborted) return;
    this.#tell(end, detail);
    this.#failures = end === "failed" ? this.#failures + 1 : 0;
    if (end === "failed" && order.kind !== "report") this.#comeLater(order);
  }

  /** A failed fetch is tried again after the waits of its own file, the last one for ever (cisco.md B.3, item 8). */
  #comeLater(order: Order): void {
    const waits = (this.#held.get("Resync_Error_Retry_Delay") ?? "").split(",").map(Number);
    const seconds = waits[Math.min(this.#failures, waits.length) - 1] || usualRetrySeconds;
    this.#retry = setTimeout(() => this.#take(order), seconds * 1000).unref();
  }

  #stillChanged(): Held {
    return new Map([...this.#changed].filter(([name, value]) => this.#held.get(name) === value));
  }

  #tell(event: StayEvent["event"], detail: string, more: Pick<StayEvent, "callId" | "status"> = {}): void {
    this.#parts.onEvent({ at: Date.now(), mac: this.mac, event, detail, ...more });
  }
}
