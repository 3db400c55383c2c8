import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { ChangeListeners } from "./change-listeners.ts";
import { type AnnouncedChange, type Announcement, channel, readChanges, readChangesSince } from "./postgres-changes.ts";
import type { Ask } from "./postgres-documents.ts";
import type { StoreLog } from "./store-log.ts";
import { Turns } from "./turns.ts";

export interface PostgresWatchParts {
  /** A connection of its own, not yet connected. */
  createClient(): pg.Client;
  readonly ask: Ask;
  readonly listeners: ReadonlyMap<string, ChangeListeners>;
  readonly log: StoreLog;
  /** How often the connection is tried, in milliseconds; one whose other end is gone says nothing by itself. */
  readonly beatMilliseconds: number;
}

const firstPause = 100;
const longestPause = 10_000;
/** How long anybody waits for this connection, in milliseconds. */
const longestWait = 1_000;

/**
 * Hears what any node commits and tells this node's listeners. A connection that is lost is made again, and what was
 * missed meanwhile is read from the documents.
 */
export class PostgresWatch {
  readonly #parts: PostgresWatchParts;
  readonly #turns = new Turns();
  readonly #awaited = new Map<string, () => void>();
  #client: pg.Client | undefined;
  /** Up to this time of the database's clock everything was heard. */
  #heardUntil: string | undefined;
  #unfinished: AnnouncedChange[] = [];
  #isHearing = false;
  #isClosed = false;
  #isReconnecting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PostgresWatchParts) {
    this.#parts = parts;
  }

  /** False from the loss of the connection on, until what was missed has been told. */
  get isHearing(): boolean {
    return this.#isHearing;
  }

  /** Resolves when this node hears commits. */
  async start(): Promise<void> {
    await this.#connect();
    this.#timer = setInterval(() => this.#beat(), this.#parts.beatMilliseconds);
    this.#timer.unref();
  }

  /**
   * Waits for the announcement with this token, begun before the commit that sends it. Resolves also when the connection
   * is lost, or after a while: the listeners are then told later.
   */
  awaitOwn(token: string): Promise<void> {
    if (this.#client === undefined) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.forget(token), longestWait);
      this.#awaited.set(token, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Ends the waiting for an announcement. */
  forget(token: string): void {
    this.#awaited.get(token)?.();
    this.#awaited.delete(token);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const client = this.#detach();
    // A connection whose other end is gone may never end.
    await Promise.race([client && end(client), delay(longestWait, undefined, { ref: false })]);
    await this.#turns.run(async () => undefined);
  }

  async #connect(): Promise<void> {
    const client = this.#parts.createClient();
    client.on("error", (err) => this.#lose(client, err));
    client.on("end", () => this.#lose(client, undefined));
    client.on("notification", ({ payload }) => this.#hear(payload ?? ""));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      const since = this.#heardUntil;
      const time = await readTime(client);
      if (this.#isClosed) {
        throw new Error("the store was closed meanwhile");
      }
      this.#client = client;
      await (since !== undefined && this.#turns.run(() => this.#catchUp(since)));
      this.#heardUntil = time;
      // It may be lost again by now.
      this.#isHearing = this.#client === client;
    } catch (thrown) {
      this.#client = undefined;
      void end(client);
      throw thrown;
    }
  }

  async #catchUp(since: string): Promise<void> {
    for (const [store, listeners] of this.#parts.listeners) {
      for await (const changes of readChangesSince(this.#parts.ask, store, since)) {
        listeners.emit(changes);
      }
    }
  }

  #hear(payload: string): void {
    const { store, token, more, changes } = JSON.parse(payload) as Announcement;
    this.#unfinished.push(...changes);
    if (more) {
      return;
    }
    const heard = this.#unfinished;
    this.#unfinished = [];
    const client = this.#client;
    this.#turns
      .run(() => this.#tell(store, heard))
      .then(() => this.forget(token))
      .catch((thrown) => client && this.#lose(client, thrown));
  }

  async #tell(store: string, announced: readonly AnnouncedChange[]): Promise<void> {
    const listeners = this.#parts.listeners.get(store);
    if (listeners !== undefined && listeners.size > 0) {
      listeners.emit(await readChanges(this.#parts.ask, store, announced));
    }
  }

  #beat(): void {
    const client = this.#client;
    if (client !== undefined) {
      readTime(client).then(
        (time) => {
          this.#heardUntil = time;
        },
        (thrown) => this.#lose(client, thrown),
      );
    }
  }

  #lose(client: pg.Client, err: unknown): void {
    if (client !== this.#client || this.#isClosed) {
      return;
    }
    this.#parts.log.warn({ event: "store-listen-lost", err }, "the connection that hears of changes was lost");
    this.#detach();
    void end(client);
    if (!this.#isReconnecting) {
      void this.#reconnect();
    }
  }

  async #reconnect(): Promise<void> {
    this.#isReconnecting = true;
    for (let pause = firstPause; this.#client === undefined && !this.#isClosed; pause *= 2) {
      await delay(Math.min(longestPause, pause) * (0.5 + Math.random() / 2), undefined, { ref: false });
      await this.#connect().catch((err) => {
        this.#parts.log.warn({ event: "store-listen-failed", err }, "the database did not answer; trying again");
      });
    }
    this.#isReconnecting = false;
  }

  /** Forgets the connection and lets everybody who waits for an announcement go on. */
  #detach(): pg.Client | undefined {
    const client = this.#client;
    this.#client = undefined;
    this.#isHearing = false;
    this.#unfinished = [];
    for (const token of [...this.#awaited.keys()]) {
      this.forget(token);
    }
    return client;
  }
}

async function end(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}

async function readTime(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ now: string }>("SELECT now()::text AS now");
  return rows[0]?.now ?? "";
}
