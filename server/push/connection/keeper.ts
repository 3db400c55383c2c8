import type { OpenPbxConnection } from "../../domain/push.ts";
import { orCancelled } from "./cancel.ts";
import { asPbxError, PbxError } from "./pbx-error.ts";

/** A connection that is logged in. */
export interface Session {
  readonly isOpen: boolean;
  close(): void;
}

export interface KeeperParts<Kept extends Session> {
  open(connection: OpenPbxConnection, signal: AbortSignal): Promise<Kept>;
  /** Milliseconds: unused for so long, a session is closed. */
  readonly idleMs: number;
  /** Milliseconds after the first failure; doubled with each one that follows, to 60 times of it. */
  readonly pauseMs: number;
}

export interface Keeper<Kept extends Session> {
  /** The one session of this PBX, opened when there is none. Rejects with a PbxError. */
  use(connection: OpenPbxConnection, signal: AbortSignal): Promise<Kept>;
  close(): void;
}

const mostSessions = 200;

/** One session for each PBX connection; a new version of the connection is opened anew. */
export function createKeeper<Kept extends Session>(parts: KeeperParts<Kept>): Keeper<Kept> {
  const entries = new Map<string, Entry<Kept>>();
  let closed = false;

  function entryOf(connection: OpenPbxConnection): Entry<Kept> {
    const key = `${connection.organization}/${connection.id}`;
    const known = entries.get(key);
    if (known?.version === connection.version) return known;
    known?.close();
    if (!known && entries.size >= mostSessions) throw new PbxError("busy", "too many PBX connections are in use");
    const made = new Entry(connection, parts, () => {
      if (entries.get(key) === made) entries.delete(key);
    });
    entries.set(key, made);
    return made;
  }

  return {
    async use(connection, signal) {
      if (closed) throw new PbxError("closed", "Offhook is shutting down");
      return await orCancelled(entryOf(connection).session(), signal);
    },
    close() {
      closed = true;
      for (const entry of [...entries.values()]) entry.close();
    },
  };
}

class Entry<Kept extends Session> {
  readonly version: number;
  readonly #connection: OpenPbxConnection;
  readonly #parts: KeeperParts<Kept>;
  readonly #forget: () => void;
  readonly #stop = new AbortController();
  #opening: Promise<Kept> | undefined;
  #session: Kept | undefined;
  #idle: NodeJS.Timeout | undefined;
  #failures = 0;
  #failed: { error: PbxError; again: number } | undefined;

  constructor(connection: OpenPbxConnection, parts: KeeperParts<Kept>, forget: () => void) {
    this.version = connection.version;
    this.#connection = connection;
    this.#parts = parts;
    this.#forget = forget;
    this.#stayAwhile();
  }

  async session(): Promise<Kept> {
    this.#stayAwhile();
    if (this.#session?.isOpen) return this.#session;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return await this.#opening;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#stop.abort();
    this.#session?.close();
    this.#forget();
  }

  async #open(): Promise<Kept> {
    this.#refuseWhilePausing();
    try {
      const session = await this.#parts.open(this.#connection, this.#stop.signal);
      if (this.#stop.signal.aborted) session.close();
      this.#failures = 0;
      this.#failed = undefined;
      this.#session = session;
      return session;
    } catch (thrown) {
      const error = asPbxError(thrown);
      const pause = this.#parts.pauseMs * Math.min(2 ** this.#failures, 60);
      this.#failures += 1;
      this.#failed = { error, again: performance.now() + pause };
      throw error;
    }
  }

  #refuseWhilePausing(): void {
    if (!this.#failed) return;
    const { error, again } = this.#failed;
    const left = again - performance.now();
    if (left <= 0) return;
    const seconds = Math.ceil(left / 1000);
    throw new PbxError(error.trouble, `${error.message}; tried a moment ago, and again in ${seconds} s`, error.cure);
  }

  #stayAwhile(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), this.#parts.idleMs);
    this.#idle.unref();
  }
}
