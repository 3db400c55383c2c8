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
import { carryOut, type ErrandParts } from "./errands.ts";
import { createHearing, type Hearing } from "./hearing.ts";
import { type Held, onlyHears, sipPortOf, taken } from "./held.ts";
import { judge } from "./judge.ts";
import { createLoginGate, type LoginGate } from "./login.ts";
import type { Order } from "./notice.ts";
import { OrdersInTurn } from "./orders-in-turn.ts";
import { Retries } from "./retries.ts";
import type { StayEvent } from "./stay-event.ts";
import type { WebEar } from "./web-ear.ts";
import { openWebSide } from "./web-side.ts";

export interface StayingParts {
  readonly phone: SimulatedPhone;
  readonly server: BootServer;
  /** Of its boot. */
  readonly report: PhoneReport;
  readonly role: Role;
  /**
   * Where it listens; `port`: of SIP, that of its own file when absent (0: any); `webPort`: of the web server of phones
   * that are told there, which they don't have when it is absent.
   */
  readonly place: { readonly address: string; readonly port?: number; readonly webPort?: number };
  /** Of packets that a lossy phone's network loses. */
  readonly lossShare: number;
  readonly seed: number;
  onEvent(event: StayEvent): void;
}

/** A transfer that broke off is begun anew. */
const usualTries = 3;

/** A phone that has booted and is there: hears SIP, does what it is told, and can be changed by hand. */
export class StayingPhone {
  readonly #parts: StayingParts;
  readonly #gate: LoginGate;
  readonly #hearing: Hearing;
  readonly #server: BootServer;
  readonly #orders = new OrdersInTurn((order) => this.#carryOut(order));
  readonly #call = new CallWait((order) => this.#orders.add(order));
  readonly #retries = new Retries((order) => this.#take(order));
  readonly #changed = new Map<string, string>();
  readonly #loses: (() => boolean) | undefined;
  #held: Held;
  /** Of its life from one end of power to the next. */
  #end = new AbortController();
  #port: number | undefined;
  #ear: Ear | undefined;
  #webEar: WebEar | undefined;
  #isUp = true;

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

  /** Of its web server; undefined where it has none. */
  get webPort(): number | undefined {
    return this.#webEar?.port;
  }

  /** What it holds, by parameter; secrets as well. */
  get values(): Held {
    return this.#held;
  }

  /** Rejects with the system's error when it can't listen there. */
  async open(): Promise<void> {
    const ear = await this.#listen();
    const lack = await this.#openWebSide();
    this.#tell("up", `${ear.address}:${ear.port} ${this.role.character}, ${this.#parts.report.state}${lack}`);
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

  /** Gives what to say of it where there is none that should be: the phone is there all the same. */
  async #openWebSide(): Promise<string> {
    const { phone, place, role } = this.#parts;
    const { ear, lack } = await openWebSide({
      ...{ phone, place, role },
      parts: () => this.#errandParts(),
      isUp: () => this.#isUp,
      told: (detail) => this.#tell("told", detail),
      take: (order) => this.#take(order),
    });
    this.#webEar = ear;
    return lack;
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
    this.#tell("on", `${address}:${port}${await this.#openWebSide()}`);
    this.#orders.add({ kind: "reboot" });
  }

  /** As if it were told to: it comes by itself. */
  come(): void {
    this.#take(this.family.format === "flat-xml" ? { kind: "resync" } : { kind: "reboot" });
  }

  async close(): Promise<void> {
    const [ear, webEar] = [this.#ear, this.#webEar];
    this.#ear = undefined;
    this.#webEar = undefined;
    this.#end.abort();
    this.#retries.stop();
    this.#call.drop();
    await Promise.all([ear?.close(), webEar?.close(), this.#orders.done()]);
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
    else this.#orders.add(order);
  }

  async #carryOut(order: Order): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    if (order.kind === "show") return await this.#show(order);
    this.#retries.stop();
    this.#isUp = order.kind !== "reboot";
    const { end, detail, held } = await carryOut(order, this.#errandParts());
    if (held) this.#held = held;
    this.#isUp = true;
    if (signal.aborted) return;
    this.#tell(end, detail);
    this.#retries.note(order, end === "failed", this.#held);
  }

  /** Leaves alone what becomes of its files. */
  async #show(order: Order): Promise<void> {
    const parts = this.#errandParts();
    const { end, detail } = await carryOut(order, parts);
    if (!parts.signal.aborted) this.#tell(end, detail);
  }

  #errandParts(): ErrandParts {
    return {
      ...{ phone: this.#parts.phone, server: this.#server, held: this.#held },
      ...{ changed: this.#stillChanged(), signal: this.#end.signal },
    };
  }

  #stillChanged(): Held {
    return new Map([...this.#changed].filter(([name, value]) => this.#held.get(name) === value));
  }

  #tell(event: StayEvent["event"], detail: string, more: Pick<StayEvent, "callId" | "status"> = {}): void {
    this.#parts.onEvent({ at: Date.now(), mac: this.mac, event, detail, ...more });
  }
}
