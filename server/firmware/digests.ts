import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import type { ShelfFile } from "./shelf-files.ts";

/** SHA-256 of files, worked out in the background: a load has 100 MB and more, and nobody waits for it. */
export interface Digests {
  /** In hex; undefined until it is known. */
  of(file: ShelfFile): string | undefined;
  /** Works out what is not known of these files, one after another, and forgets all others. Never fails. */
  work(files: readonly ShelfFile[]): Promise<void>;
  close(): Promise<void>;
}

export interface DigestParts {
  /** Where what was worked out is kept; a file that is missing or broken is as an empty one. */
  readonly path: string;
  readonly log: { warn(fields: object, message: string): void };
}

/** Bytes that are hashed at once: well below a millisecond. */
const piece = 256 * 1024;

export async function createDigests({ path, log }: DigestParts): Promise<Digests> {
  let known = await readKept(path);
  let stopped = false;
  let working: Promise<void> = Promise.resolve();

  async function run(files: readonly ShelfFile[]): Promise<void> {
    const keys = new Set(files.map(keyOf));
    const before = [...known.keys()].join();
    known = new Map([...known].filter(([key]) => keys.has(key)));
    for (const file of files.filter((each) => !known.has(keyOf(each)))) {
      const digest = await digestOf(file.path, () => stopped).catch(() => undefined);
      if (digest !== undefined) known.set(keyOf(file), digest);
    }
    if (before !== [...known.keys()].join()) await writeFileAtomic(path, JSON.stringify([...known]), { mode: 0o600 });
  }

  return {
    of: (file) => known.get(keyOf(file)),
    work(files) {
      working = working
        .then(() => run(files))
        .catch((error: unknown) => log.warn({ err: error }, "the digests of the shelf could not be kept"));
      return working;
    },
    async close() {
      stopped = true;
      await working;
    },
  };
}

/** A file is another one when its size or its time is. */
function keyOf({ path, size, modified }: ShelfFile): string {
  return `${path}|${size}|${modified}`;
}

/** SHA-256 in hex. Undefined when it was told to stop; a file that is gone meanwhile fails. */
export async function digestOf(path: string, isStopped = () => false): Promise<string | undefined> {
  const hash = createHash("sha256");
  if (isStopped()) return undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: piece })) {
    if (isStopped()) return undefined;
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

async function readKept(path: string): Promise<Map<string, string>> {
  try {
    const kept = JSON.parse(await readFile(path, "utf8")) as unknown;
    return new Map(Array.isArray(kept) ? (kept as [string, string][]) : []);
  } catch {
    return new Map();
  }
}
