import type { Socket } from "node:net";
import type { OpenPbxConnection } from "../../domain/push.ts";
import type { Session } from "../connection/keeper.ts";
import { openSocket } from "../connection/open-socket.ts";
import { asPbxError, PbxError } from "../connection/pbx-error.ts";
import type { PbxTimes } from "../connection/times.ts";
import { type EslCommand, type EslFrame, encodeCommand, FrameReader } from "./frames.ts";

/** A login at the event socket of FreeSWITCH (mod_event_socket). */
export interface EslConnection extends Session {
  /** Answers come in the order of the commands. Rejects with a PbxError. */
  run(command: EslCommand, signal: AbortSignal): Promise<EslFrame>;
}

interface Waiting {
  resolve(frame: EslFrame): void;
  reject(error: PbxError): void;
  readonly late: NodeJS.Timeout;
}

const mostWaiting = 500;

/** Connects and logs in. Rejects with a PbxError; no socket is left open then. */
export async function openEsl(
  to: OpenPbxConnection,
  parts: { allows(address: string): boolean; readonly times: PbxTimes },
  signal: AbortSignal,
): Promise<EslConnection> {
  const { allows, times } = parts;
  const socket = await openSocket(to, { allows, connectMs: times.connectMs }, signal);
  const link = new EslLink(socket, times);
  try {
    const asked = await link.first(signal);
    if (asked.headers.get("Content-Type") !== "auth/request") throw notFreeswitch();
    const login = await link.run({ line: loginLine(to) }, signal);
    if (!isOk(login)) throw new PbxError("login", "the PBX does not accept the password", wrongPassword);
    link.stayAlive();
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Whether a command was done; what it brings is in the body or after `+OK`. */
export function isOk({ headers }: EslFrame): boolean {
  return (headers.get("Reply-Text") ?? "").startsWith("+OK");
}

const wrongPassword = "check the password in event_socket.conf.xml, or esl-password of the user";

/** The socket's own password, or that of a user of the directory where the user is `name@domain`. */
function loginLine({ user, secret }: OpenPbxConnection): string {
  return user.includes("@") ? `userauth ${user}:${secret}` : `auth ${secret}`;
}

function notFreeswitch(): PbxError {
  return new PbxError("protocol", "what listens there is not the event socket of FreeSWITCH", "check the port");
}

class EslLink implements EslConnection {
  readonly #socket: Socket;
  readonly #times: PbxTimes;
  readonly #reader = new FrameReader();
  readonly #waiting: Waiting[] = [];
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

  /** What FreeSWITCH says before it is asked. */
  first(signal: AbortSignal): Promise<EslFrame> {
    return this.#expect("", signal);
  }

  run(command: EslCommand, signal: AbortSignal): Promise<EslFrame> {
    return new Promise((resolve, reject) => {
      this.#expect(encodeCommand(command), signal).then(resolve, reject);
    });
  }

  stayAlive(): void {
    this.#alive = setTimeout(() => {
      // A command of the socket itself, which every login may use.
      this.run({ line: "noevents" }, AbortSignal.timeout(this.#times.answerMs)).catch((error) =>
        this.#fail(asPbxError(error)),
      );
    }, this.#times.aliveMs);
    this.#alive.unref();
  }

  close(): void {
    this.#fail(new PbxError("closed", "the connection to the PBX was closed"));
  }

  /** Who gives up early leaves its place in the queue: its answer still comes and belongs to nobody else. */
  #expect(text: string, signal: AbortSignal): Promise<EslFrame> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) throw new PbxError("closed", "the PBX closed the connection");
      if (signal.aborted) throw new PbxError("silent", "there was no time left to ask the PBX");
      if (this.#waiting.length >= mostWaiting) throw new PbxError("busy", "too many requests wait for the PBX");
      const silent = new PbxError("silent", "the PBX did not answer");
      const giveUp = () => reject(silent);
      const done = () => signal.removeEventListener("abort", giveUp);
      signal.addEventListener("abort", giveUp, { once: true });
      // Without an answer the order is lost, and the connection with it.
      const late = setTimeout(() => this.#fail(silent), this.#times.answerMs);
      this.#waiting.push({
        late,
        resolve: (frame) => {
          done();
          resolve(frame);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      if (text !== "") this.#socket.write(text);
      this.#alive?.refresh();
    });
  }

  #take(chunk: Buffer): void {
    try {
      this.#reader.add(chunk);
      for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) this.#sort(frame);
    } catch (error) {
      this.#fail(asPbxError(error));
    }
  }

  #sort(frame: EslFrame): void {
    const type = frame.headers.get("Content-Type") ?? "";
    if (type === "text/rude-rejection") this.#fail(rejectedByAcl());
    if (type === "text/disconnect-notice") this.#fail(new PbxError("closed", "the PBX ended the connection"));
    if (!/^(auth\/request|command\/reply|api\/response)$/.test(type)) return;
    const next = this.#waiting.shift();
    clearTimeout(next?.late);
    next?.resolve(frame);
  }

  #fail(error: PbxError): void {
    this.#isOpen = false;
    clearTimeout(this.#alive);
    this.#socket.destroy();
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.late);
      waiting.reject(error);
    }
  }
}

function rejectedByAcl(): PbxError {
  return new PbxError(
    "login",
    "the PBX lets this server's address not in",
    "allow the address of this server in an access list and name it as apply-inbound-acl in event_socket.conf.xml; without one only 127.0.0.1 is let in",
  );
}
