import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { appendFile, rename, stat } from "node:fs/promises";
import type { Delivery, Exchange } from "../domain/exchange.ts";

type Entry = Exchange | { readonly id: string; readonly delivery: Delivery };

/** The journal on disk: lines of JSON, written in batches; two files of at most `rotateBytes` each. */
export interface JournalFile {
  append(entry: Entry): void;
  readTail(most: number): readonly Exchange[];
  /** Entries that were dropped because the disk did not keep up. */
  readonly lost: number;
  close(): Promise<void>;
}

export interface JournalFileParts {
  readonly path: string;
  readonly log: { warn(fields: object, message: string): void };
  readonly everyMs?: number;
  readonly rotateBytes?: number;
}

const mostWaiting = 10_000;
const tailBytes = 8 * 1024 * 1024;

export function createJournalFile({
  path,
  log,
  everyMs = 500,
  rotateBytes = 32 * 1024 * 1024,
}: JournalFileParts): JournalFile {
  let waiting: string[] = [];
  let lost = 0;
  let writing = Promise.resolve();
  const timer = setInterval(flush, everyMs);
  timer.unref();

  function flush(): void {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    writing = writing
      .then(() => write(batch))
      .catch((error: unknown) => {
        lost += batch.length;
        log.warn({ err: error, lost }, "the journal could not be written");
      });
  }

  async function write(batch: readonly string[]): Promise<void> {
    await appendFile(path, `${batch.join("\n")}\n`, { mode: 0o600 });
    const { size } = await stat(path);
    if (size > rotateBytes) await rename(path, `${path}.1`);
  }

  return {
    append(entry) {
      if (waiting.length >= mostWaiting) lost++;
      else waiting.push(JSON.stringify(entry));
    },
    readTail: (most) => readTail(path, most),
    get lost() {
      return lost;
    },
    async close() {
      clearInterval(timer);
      flush();
      await writing;
    },
  };
}

/** The last exchanges of the file, oldest first, with what became of them. A line that can't be read is passed over. */
function readTail(path: string, most: number): readonly Exchange[] {
  const found = new Map<string, Exchange>();
  for (const line of tailOf(path).split("\n")) {
    const entry = parseLine(line);
    if (!entry) continue;
    if ("at" in entry) found.set(entry.id, entry);
    else if (entry.delivery) {
      const exchange = found.get(entry.id);
      if (exchange) exchange.delivery = entry.delivery;
    }
  }
  return [...found.values()].slice(-most);
}

function parseLine(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry.id === "string" ? entry : undefined;
  } catch {
    return undefined;
  }
}

function tailOf(path: string): string {
  if (!existsSync(path)) return "";
  const handle = openSync(path, "r");
  try {
    const { size } = fstatSync(handle);
    const length = Math.min(size, tailBytes);
    const buffer = Buffer.alloc(length);
    readSync(handle, buffer, 0, length, size - length);
    return buffer.toString("utf8");
  } finally {
    closeSync(handle);
  }
}
