import type { Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";

/** A file as it was when somebody began to read it. */
export interface SharedFile {
  readonly path: string;
  readonly size: number;
}

interface Entry extends SharedFile {
  readonly identity: string;
  users: number;
  reads: number;
  handle: Promise<FileHandle> | undefined;
}

/**
 * The files that transfers read. A descriptor is shared by all who read the same file and may be closed between two of
 * its reads, so that no number of phones, silent or slow, can use up what the system grants a process.
 */
export class OpenFiles {
  readonly #maxOpen: number;
  readonly #used = new Map<string, Entry>();
  /** Those with a descriptor, the one that was read longest ago first. */
  readonly #open = new Set<Entry>();
  #descriptors = 0;
  #waiting: (() => void)[] = [];

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen;
  }

  /** How many are open, or on their way to be opened or closed. */
  get descriptors(): number {
    return this.#descriptors;
  }

  /** Pairs with `release`. Rejects with the system's error. */
  async use(path: string): Promise<SharedFile> {
    const found = await stat(path);
    const identity = identityOf(path, found);
    const entry = this.#used.get(identity) ?? {
      path,
      identity,
      size: found.size,
      users: 0,
      reads: 0,
      handle: undefined,
    };
    entry.users += 1;
    this.#used.set(identity, entry);
    return entry;
  }

  /** Gives how many bytes were read. Rejects when the file is not the one any more whose reading was begun. */
  async read(file: SharedFile, target: Buffer, position: number): Promise<number> {
    const entry = file as Entry;
    entry.reads += 1;
    try {
      entry.handle ??= this.#openInTurn(entry);
      const handle = await entry.handle;
      this.#open.delete(entry);
      this.#open.add(entry);
      return (await handle.read(target, 0, target.length, position)).bytesRead;
    } finally {
      entry.reads -= 1;
      this.#wakeOne();
    }
  }

  /** Resolves when the descriptor is closed, unless others use it. */
  async release(file: SharedFile): Promise<void> {
    const entry = file as Entry;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#used.delete(entry.identity);
    await this.#shut(entry);
  }

  async #openInTurn(entry: Entry): Promise<FileHandle> {
    await this.#turn();
    let handle: FileHandle | undefined;
    try {
      handle = await open(entry.path, "r");
      const found = identityOf(entry.path, await handle.stat());
      if (found !== entry.identity) throw new Error("the file was replaced while it was sent");
      return handle;
    } catch (error) {
      entry.handle = undefined;
      await handle?.close().catch(() => undefined);
      this.#giveBack();
      throw error;
    }
  }

  /** Takes one of the descriptors, where need be of a file that nobody is reading at this moment. */
  async #turn(): Promise<void> {
    while (this.#descriptors >= this.#maxOpen) {
      const idle = [...this.#open].find(({ reads }) => reads === 0);
      if (idle === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else await this.#shut(idle);
    }
    this.#descriptors += 1;
  }

  async #shut(entry: Entry): Promise<void> {
    const { handle: opening } = entry;
    entry.handle = undefined;
    this.#open.delete(entry);
    const handle = await opening?.catch(() => undefined);
    if (handle === undefined) return;
    // FileHandle.close waits for a read under way, so the descriptor cannot be reused below it.
    await handle.close().catch(() => undefined);
    this.#giveBack();
  }

  #giveBack(): void {
    this.#descriptors -= 1;
    this.#wakeOne();
  }

  #wakeOne(): void {
    this.#waiting.shift()?.();
  }
}

/** A file that was replaced or changed is another one, also under the same name. */
function identityOf(path: string, { dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, path].join(" ");
}
