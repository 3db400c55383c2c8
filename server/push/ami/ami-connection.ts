import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { OpenPbxConnection } from "../../domain/push.ts";
import { BlockReader, type Fields } from "../connection/block-reader.ts";
import { orCancelled } from "../connection/cancel.ts";
import type { Session } from "../connection/keeper.ts";
import { openSocket } from "../connection/open-socket.ts";
import { asPbxError, PbxError } from "../connection/pbx-error.ts";
import type { PbxTimes } from "../connection/times.ts";
import { type AmiAction, encodeAction } from "./action.ts";

export interface AmiAnswer {
  readonly response: Fields;
  /** Of a list, without the event that ends it. */
  readonly events: readonly Fields[];
}

/** A login at the Asterisk Manager Interface. */
export interface AmiConnection extends Session {
  /** As Asterisk greets: `Asterisk Call Manager/9.0.0`. */
  readonly greeting: string;
  /** Many may be under way at once; each has its ActionID. Rejects with a PbxError. */
  ask(action: AmiAction, signal: AbortSignal): Promise<AmiAnswer>;
}

interface Waiting {
  response?: Fields;
  readonly events: Fields[];
  readonly late: NodeJS.Timeout;
  resolve(answer: AmiAnswer): void;
  reject(error: PbxError): void;
}

const limits = { lineBytes: 16_384, lines: 2_000 };
const mostWaiting = 500;
const mostEvents = 1_000;

/** Connects and logs in. Rejects with a PbxError; no socket is left open then. */
export async function openAmi(
  to: OpenPbxConnection,
  parts: { allows(address: string): boolean; readonly times: PbxTimes },
  signal: AbortSignal,
): Promise<AmiConnection> {
  const { allows, times } = parts;
  const socket = await openSocket(to, { allows, connectMs: times.connectMs }, signal);
  const link = new AmiLink(socket, times);
  try {
    await link.greeted(signal);
    await logIn(link, to, signal);
    link.stayAlive();
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** The secret itself never crosses the wire: its MD5 with a challenge of Asterisk does (AMI action Challenge). */
async function logIn(link: AmiLink, to: OpenPbxConnection, signal: AbortSignal): Promise<void> {
  const asked = await link.ask({ name: "Challenge", headers: [["AuthType", "MD5"]] }, signal);
  const challenge = asked.response.get("Challenge");
  if (challenge === undefined) throw new PbxError("protocol", "the PBX gave no challenge for the login");
  const key = createHash("md5").update(challenge).update(to.secret).digest("hex");
  const headers = [
    ["AuthType", "MD5"],
    ["Username", to.user],
    ["Key", key],
    ["Events", "off"],
  ] as const;
  const { response } = await link.ask({ name: "Login", headers }, signal);
  if (response.get("Response")?.toLowerCase() === "success") return;
  throw new PbxError(
    "login",
    `the PBX does not let ${to.user} in`,
    `check user and secret in manager.conf, and that its permit and deny lines let this server's address in`,
  );
}

class AmiLink implements AmiConnection {
  greeting = "";
  readonly #socket: Socket;
  readonly #times: PbxTimes;
  readonly #reader = new BlockReader(limits);
  readonly #waiting = new Map<string, Waiting>();
  #greet: { resolve(): void; reject(error: PbxError): void } | undefined;
  #last = 0;
  #isOpen = true;
  #alive: NodeJS.Timeout | undefined;

  constructor(socket: Socket, times: PbxTimes) {
    this.#socket = socket;
    this.#times = times;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.once("close", () => this.#fail(new PbxError("closed", "the PBX closed the connection")));
    if (socket.destroyed) this.#isOpen = false;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async greeted(signal: AbortSignal): Promise<void> {
    const greeting = new Promise<void>((resolve, reject) => {
      this.#greet = { resolve, reject };
      if (!this.#isOpen) reject(new PbxError("closed", "the PBX closed the connection"));
    });
    const within = AbortSignal.any([signal, AbortSignal.timeout(this.#times.answerMs)]);
    await orCancelled(greeting, within);
    if (this.greeting.startsWith("Asterisk Call Manager")) return;
    throw new PbxError("protocol", "what listens there is not the manager interface of Asterisk", "check the port");
  }

  ask(action: AmiAction, signal: AbortSignal): Promise<AmiAnswer> {
    this.#last += 1;
    const id = `offhook-${this.#last}`;
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) throw new PbxError("closed", "the PBX closed the connection");
      if (signal.aborted) throw new PbxError("silent", "there was no time left to ask the PBX");
      if (this.#waiting.size >= mostWaiting) throw new PbxError("busy", "too many requests wait for the PBX");
      const text = encodeAction(action, id);
      const giveUp = () => this.#settle(id)?.reject(new PbxError("silent", "the PBX did not answer"));
      const late = setTimeout(giveUp, this.#times.answerMs);
      signal.addEventListener("abort", giveUp, { once: true });
      const done = () => signal.removeEventListener("abort", giveUp);
      this.#waiting.set(id, {
        events: [],
        late,
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#socket.write(text);
      this.#alive?.refresh();
    });
  }

  /** An idle connection that died without a word is found before it is needed. */
  stayAlive(): void {
    this.#alive = setTimeout(() => {
      this.ask({ name: "Ping" }, AbortSignal.timeout(this.#times.answerMs)).catch((error) =>
        this.#fail(asPbxError(error)),
      );
    }, this.#times.aliveMs);
    this.#alive.unref();
  }

  close(): void {
    this.#fail(new PbxError("closed", "the connection to the PBX was closed"));
  }

  #take(chunk: Buffer): void {
    try {
      this.#reader.add(chunk);
      if (this.greeting === "") {
        this.greeting = this.#reader.line()?.slice(0, 100) ?? "";
        if (this.greeting === "") return;
        this.#greet?.resolve();
      }
      for (let block = this.#reader.block(); block; block = this.#reader.block()) this.#sort(block);
    } catch (error) {
      this.#fail(asPbxError(error));
    }
  }

  /** Events that nobody asked for are dropped: login turns them off, and some come all the same. */
  #sort(block: Fields): void {
    const id = block.get("ActionID") ?? "";
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const list = block.get("EventList")?.toLowerCase();
    if (block.get("Response") !== undefined) {
      waiting.response = block;
      if (list !== "start") this.#settle(id)?.resolve({ response: block, events: [] });
    } else if (list === "complete" && waiting.response) {
      this.#settle(id)?.resolve({ response: waiting.response, events: waiting.events });
    } else if (waiting.events.length >= mostEvents) {
      this.#settle(id)?.reject(new PbxError("protocol", "the PBX sent a list that is too long"));
    } else waiting.events.push(block);
  }

  #settle(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.late);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(error: PbxError): void {
    this.#isOpen = false;
    clearTimeout(this.#alive);
    this.#socket.destroy();
    this.#greet?.reject(error);
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }
}
