import { Failure } from "../domain/failures.ts";
import { Admission } from "./admission.ts";
import { type Peer, plainAddress } from "./endpoint.ts";
import { failureReply } from "./failure-reply.ts";
import { OpenFiles } from "./open-files.ts";
import { opcode, opcodeOf, parseRead, type ReadPacket } from "./packet.ts";
import { Session, type SessionParts } from "./session.ts";

export type RequestParts = Omit<SessionParts, "files" | "asked" | "answered" | "left" | "counts">;

const busyWarningEveryMs = 10_000;

/** What comes to the listening port: decides which requests become sessions, and knows those under way. */
export class Requests {
  readonly counts = { started: 0, completed: 0, broken: 0, failed: 0, refused: 0 };
  readonly admission: Admission;
  readonly #parts: SessionParts;
  readonly #sessions = new Set<Session>();
  /** The newest of each client. */
  readonly #newest = new Map<string, Session>();
  readonly #closings = new Set<Promise<void>>();
  #busyWarnedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RequestParts) {
    this.admission = new Admission(parts.limits);
    this.#parts = {
      ...parts,
      counts: this.counts,
      files: new OpenFiles(parts.limits.maxOpenFiles),
      asked: (session) => this.admission.silent(session, parts.now()),
      answered: (session) => this.admission.answered(session),
      left: (session, closing) => this.#leave(session, closing),
    };
  }

  /** A read or write request (RFC 1350); everything else is not for here. */
  receive(datagram: Buffer, peer: Peer): void {
    const packet = this.#parse(datagram);
    if (packet instanceof Failure) this.#answer(packet, peer);
    else this.#consider(packet, peer);
  }

  /** Ends everything; what is still being read is dropped when it comes. Resolves when the open files are closed. */
  async abort(reason: string): Promise<void> {
    for (const session of this.#sessions) session.abort(reason);
    await Promise.all(this.#closings);
  }

  #parse(datagram: Buffer): ReadPacket | Failure {
    if (opcodeOf(datagram) === opcode.write) return new Failure("READ_ONLY");
    if (datagram.length > this.#parts.limits.maxRequestBytes) return new Failure("MALFORMED");
    return parseRead(datagram) ?? new Failure("MALFORMED");
  }

  #consider(packet: ReadPacket, peer: Peer): void {
    const previous = this.#newest.get(peer.key);
    if (previous !== undefined && !previous.makesWayFor(packet)) return;
    if (this.admission.admit(plainAddress(peer.address), this.#parts.now())) {
      const session = new Session(this.#parts, peer, packet);
      this.#sessions.add(session);
      this.#newest.set(peer.key, session);
      void session.run();
    } else {
      this.#refuse(peer);
    }
  }

  #leave(session: Session, closing: Promise<void> | undefined): void {
    this.#sessions.delete(session);
    if (this.#newest.get(session.peer.key) === session) this.#newest.delete(session.peer.key);
    this.admission.release(session);
    if (closing === undefined) return;
    this.#closings.add(closing);
    void closing.then(() => this.#closings.delete(closing));
  }

  #answer(failure: Failure, peer: Peer): void {
    this.counts.failed += 1;
    const packet = failureReply(failure, this.#parts.log, { address: plainAddress(peer.address) });
    if (packet !== undefined) this.#parts.reply(packet, peer);
  }

  /** Silence (TOO_BUSY): the phone asks again. Warned of now and then, not per packet of a flood. */
  #refuse(peer: Peer): void {
    this.counts.refused += 1;
    const now = this.#parts.now();
    if (now - this.#busyWarnedAt < busyWarningEveryMs) return;
    this.#busyWarnedAt = now;
    const fields = { active: this.admission.active, refused: this.counts.refused };
    failureReply(new Failure("TOO_BUSY"), this.#parts.log, { address: plainAddress(peer.address), ...fields });
  }
}
