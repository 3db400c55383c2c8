import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import { TurnTime } from "../lib/turn-time.ts";
import { bindEndpoint, type Endpoint, type EndpointParts, type Peer } from "./endpoint.ts";
import { buildError, describeError, opcode, opcodeOf, parseAck, unknownTransfer } from "./packet.ts";
import {
  type DataPorts,
  defaultLimits,
  type TftpContent,
  type TftpLimits,
  type TftpLog,
  type TftpRequest,
  type TftpStats,
} from "./parts.ts";
import { bindPool, Pool } from "./pool.ts";
import { Requests } from "./requests.ts";

export type { TftpContent, TftpRequest, TransferOutcome } from "./parts.ts";

export interface TftpServerParts {
  /** Address to bind; `::` serves IPv4 and IPv6. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly dataPorts: DataPorts;
  /** Bytes; no negotiated block makes a packet longer than this. */
  readonly mtu: number;
  readonly log: TftpLog;
  readonly limits?: Partial<TftpLimits>;
  /** What the phone gets, or a thrown Failure. */
  read(request: TftpRequest): Promise<TftpContent>;
}

export interface TftpServer {
  /** Rejects with the system's error and its `code` (EADDRINUSE, EACCES, …). */
  listen(): Promise<{ port: number }>;
  /** Takes no more requests, gives what is under way so many milliseconds, then breaks it off and closes. */
  close(graceMs?: number): Promise<void>;
  stats(): TftpStats;
}

/** Milliseconds of a turn of the event loop that packets may take. */
const turnMs = 4;
const mostWaiting = 8192;

/** A read-only TFTP server: RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440. */
export function createTftpServer(parts: TftpServerParts): TftpServer {
  return new Server(parts);
}

class Server implements TftpServer {
  readonly #parts: TftpServerParts;
  readonly #limits: TftpLimits;
  #listener: Endpoint | undefined;
  #pool = new Pool([]);
  #requests: Requests | undefined;
  #ticker: NodeJS.Timeout | undefined;
  readonly #turns = new TurnTime(turnMs);
  #isClosing = false;
  #strays = 0;
  #strayReplies = 0;

  constructor(parts: TftpServerParts) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
  }

  async listen(): Promise<{ port: number }> {
    const { host, port, mtu, log, dataPorts } = this.#parts;
    const { address, family } = await lookup(host);
    const shared = {
      family: family === 6 ? 6 : 4,
      address,
      failed: (err: Error) => log.warn({ err }, "a TFTP socket reported an error"),
    } as const;
    const listener = await bindEndpoint({
      ...shared,
      port,
      received: (...packet) => this.#inTurn(() => this.#receive(...packet)),
    });
    this.#listener = listener;
    this.#pool = dataPorts === "single" ? new Pool([listener]) : await this.#bindPool(shared, dataPorts, listener);
    this.#requests = new Requests({
      pool: this.#pool,
      limits: this.#limits,
      mtu,
      log,
      read: (request) => this.#parts.read(request),
      reply: (packet, peer) => listener.send(packet, peer),
      now: () => performance.now(),
    });
    this.#startTicking();
    return { port: listener.port };
  }

  async close(graceMs = 0): Promise<void> {
    this.#isClosing = true;
    // Whoever takes over may bind the port already, unless transfers run over it.
    if (this.#parts.dataPorts !== "single") await this.#listener?.close();
    await this.#requests?.admission.idle(graceMs);
    await this.#requests?.abort("the server is shutting down");
    clearInterval(this.#ticker);
    await Promise.all([this.#listener, ...this.#pool.endpoints].map((endpoint) => endpoint?.close()));
  }

  stats(): TftpStats {
    const counts = this.#requests?.counts ?? { started: 0, completed: 0, broken: 0, failed: 0, refused: 0 };
    return { active: this.#requests?.admission.active ?? 0, ...counts, strays: this.#strays };
  }

  async #bindPool(
    shared: Omit<EndpointParts, "port" | "received">,
    dataPorts: Exclude<DataPorts, "single">,
    listener: Endpoint,
  ): Promise<Pool> {
    try {
      const received: EndpointParts["received"] = (...packet) => this.#inTurn(() => this.#receiveData(...packet));
      return await bindPool({ ...shared, received }, dataPorts, this.#limits.dataSockets);
    } catch (error) {
      await listener.close();
      throw error;
    }
  }

  /**
   * Each socket hands over some thirty packets in one turn of the event loop, and each may cost the sending of another.
   * Beyond what a network holds back, they are lost as on any network.
   */
  #inTurn(handle: () => void): void {
    if (this.#turns.waiting >= mostWaiting) return;
    const wait = this.#turns.take();
    if (wait === undefined) handle();
    else void wait.then(handle);
  }

  /** The listening port takes requests. Everything else gets silence there, unless transfers run over it as well. */
  #receive(endpoint: Endpoint, datagram: Buffer, peer: Peer): void {
    const operation = opcodeOf(datagram);
    if (operation === opcode.read || operation === opcode.write) {
      if (!this.#isClosing) this.#requests?.receive(datagram, peer);
    } else if (this.#parts.dataPorts === "single") {
      this.#receiveData(endpoint, datagram, peer);
    }
  }

  #receiveData(endpoint: Endpoint, datagram: Buffer, peer: Peer): void {
    const transfer = endpoint.transfers.get(peer.key);
    const operation = opcodeOf(datagram);
    if (transfer === undefined) {
      this.#answerStray(endpoint, operation, peer);
    } else if (operation === opcode.ack) {
      const block = parseAck(datagram);
      if (block >= 0) transfer.acknowledge(block, performance.now());
    } else if (operation === opcode.error) {
      transfer.abort(`the phone sent ${describeError(datagram)}`);
    }
  }

  /**
   * RFC 1350 section 4: a packet of a transfer that is not known is answered with error 5 and disturbs nobody else.
   * Never in answer to an ERROR; nor to the late packets of a transfer that has just ended, since a phone that uses its
   * port again would take that for the answer to its next request.
   */
  #answerStray(endpoint: Endpoint, operation: number, peer: Peer): void {
    this.#strays += 1;
    if (operation === opcode.error || operation === 0 || endpoint.ended.has(peer.key)) return;
    if (this.#strayReplies >= this.#limits.maxStrayReplies) return;
    this.#strayReplies += 1;
    endpoint.send(buildError(unknownTransfer, "no such transfer"), peer);
  }

  #startTicking(): void {
    const everyMs = Math.min(Math.max(this.#limits.firstTimeoutMs / 10, 5), 100);
    let secondEndsAt = performance.now() + 1000;
    let dallyEndsAt = performance.now() + this.#limits.dallyMs;
    this.#ticker = setInterval(() => {
      const now = performance.now();
      for (const { transfers } of this.#pool.endpoints) for (const transfer of transfers.values()) transfer.tick(now);
      if (now >= secondEndsAt) {
        this.#strayReplies = 0;
        secondEndsAt = now + 1000;
      }
      if (now >= dallyEndsAt) {
        for (const { ended } of this.#pool.endpoints) ended.turn();
        dallyEndsAt = now + this.#limits.dallyMs;
      }
    }, everyMs);
    this.#ticker.unref();
  }
}
