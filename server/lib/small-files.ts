import { open } from "node:fs/promises";
import { BoundedMap } from "./bounded-map.ts";

export interface SmallFile {
  readonly bytes: Buffer;
  readonly modified: Date;
}

interface Entry {
  /** What the caller knew of it when this was read. */
  size: number;
  /** On the clock of `performance.now()`. */
  readAt: number;
  file: Promise<SmallFile | undefined>;
}

const mostBytes = 64 * 1024;
/** As much as 16 MB. */
const mostFiles = 256;
const trustedForMs = 1000;

/**
 * Files of at most 64 KB as they were on the disk less than a second ago: a storm of phones asks for the same few, and
 * to open, read and close one for each phone takes longer than the answer.
 */
export class SmallFiles {
  readonly #entries = new BoundedMap<string, Entry>(mostFiles);

  /** `size` is what the caller knows of it. Undefined for one that is larger, or can't be read as a whole. */
  read(path: string, size: number): Promise<SmallFile | undefined> {
    if (size > mostBytes) return Promise.resolve(undefined);
    const now = performance.now();
    const entry = this.#entries.getOrMake(path, () => ({ size, readAt: now, file: readWhole(path) }));
    if (entry.size !== size || now - entry.readAt >= trustedForMs)
      Object.assign(entry, { size, readAt: now, file: readWhole(path) });
    return entry.file;
  }
}

async function readWhole(path: string): Promise<SmallFile | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size, mtime: modified } = await file.stat();
    if (size > mostBytes) return undefined;
    const { buffer: bytes, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    return bytesRead === size ? { bytes, modified } : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
