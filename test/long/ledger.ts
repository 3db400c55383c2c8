import { setTimeout as pause } from "node:timers/promises";
import type { ServerProcess } from "./server-process.ts";

/** What one document was told. A change on its way when the server dies may be there afterwards or not. */
interface Told {
  answered: number;
  version: number;
  asked?: number;
}

interface Found {
  readonly version: number;
  readonly displayName?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Changes that were asked for and answered, one number after the other: into the name of a line, `Person 7 take 12`,
 * or the time server of a site, `ntp-12.zagreb.example.com`.
 */
export class Ledger {
  readonly #told = new Map<string, Told>();
  readonly #busy = new Set<string>();

  /** Documents as they were made: `/lines/7` or `/sites/zagreb`, which then say `written(path, 0)`. */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.#told.set(path, { answered: 0, version: 1 });
  }

  get answered(): number {
    return [...this.#told.values()].reduce((sum, { answered }) => sum + answered, 0);
  }

  /** What the document says now, when nothing is on its way to it. */
  valueOf(path: string): string {
    return written(path, this.#toldOf(path).answered);
  }

  /** Changes one document after the other, in any order, until the signal or the end of the server. */
  async change(server: ServerProcess, paths: readonly string[], signal: AbortSignal, pauseMs: number): Promise<void> {
    while (!signal.aborted) {
      const free = paths.filter((path) => !this.#busy.has(path));
      const path = free[Math.floor(Math.random() * free.length)];
      if (path === undefined) throw new Error("more people change documents than there are documents");
      if (!(await this.#changeOne(server, path, signal))) return;
      if (pauseMs > 0) await pause(pauseMs);
    }
  }

  /** What is wrong with the documents after a restart; what is there is taken for the truth from here on. */
  async check(server: ServerProcess): Promise<string[]> {
    const wrong: string[] = [];
    for (const [path, told] of this.#told) {
      const found = await server.call<Found>("GET", path);
      const possible = [told.answered, told.asked ?? told.answered];
      const value = possible.find((each) => read(path, found) === written(path, each));
      if (value === undefined || found.version < told.version) {
        wrong.push(`${path} says "${read(path, found)}" in version ${found.version} after ${JSON.stringify(told)}`);
      }
      this.#told.set(path, { answered: value ?? told.answered, version: found.version });
    }
    return wrong;
  }

  /** False when the server went away, or refused because it ends. */
  async #changeOne(server: ServerProcess, path: string, signal: AbortSignal): Promise<boolean> {
    const told = this.#toldOf(path);
    const asked = told.answered + 1;
    told.asked = asked;
    this.#busy.add(path);
    try {
      const { version } = await server.call<Found>("PATCH", path, change(path, asked));
      this.#told.set(path, { answered: asked, version });
      return true;
    } catch (error) {
      // What fetch throws when a connection breaks or is refused.
      if (error instanceof TypeError || signal.aborted) return false;
      throw error;
    } finally {
      this.#busy.delete(path);
    }
  }

  #toldOf(path: string): Told {
    const told = this.#told.get(path);
    if (told === undefined) throw new Error(`nothing is known of ${path}`);
    return told;
  }
}

/** What a document says after so many changes. */
export function written(path: string, value: number): string {
  const [, kind, id] = path.split("/");
  return kind === "lines" ? `Person ${id} take ${value}` : `ntp-${value}.${id}.example.com`;
}

function change(path: string, value: number): object {
  const text = written(path, value);
  return path.startsWith("/lines/") ? { displayName: text } : { settings: { "time.ntp": text } };
}

function read(path: string, { displayName, settings }: Found): unknown {
  return path.startsWith("/lines/") ? displayName : settings["time.ntp"];
}
