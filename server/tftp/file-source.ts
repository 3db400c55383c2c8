import { Failure } from "../domain/failures.ts";
import type { OpenFiles, SharedFile } from "./open-files.ts";
import type { Source, SourceReader } from "./source.ts";

/**
 * Opens a file and reads its first chunk, so that the first block can go out at once. `encode` is applied to each chunk.
 * Fails with SHELF_UNAVAILABLE, the system's error as its cause.
 */
export async function openFileSource(
  files: OpenFiles,
  path: string,
  chunkBytes: number,
  encode: ((chunk: Buffer) => Buffer) | undefined,
): Promise<Source> {
  let source: FileSource | undefined;
  try {
    source = new FileSource(files, await files.use(path), chunkBytes, encode);
    await source.readChunk();
    return source;
  } catch (cause) {
    await source?.close();
    throw new Failure("SHELF_UNAVAILABLE", `${path} could not be read`, { cause });
  }
}

/** Read before the phone has answered: a flood of requests that nobody follows up shall not fill the memory. */
const firstChunkBytes = 2 * 1024;

/** A file read ahead in chunks; what was acknowledged is dropped, so it holds about a window and two chunks. */
class FileSource implements Source {
  readonly #files: OpenFiles;
  readonly #file: SharedFile;
  readonly #chunkBytes: number;
  readonly #encode: ((chunk: Buffer) => Buffer) | undefined;
  #position = 0;
  #chunks: Buffer[] = [];
  /** Where the first chunk starts and the last one ends, on the wire. */
  #start = 0;
  #end = 0;
  #acknowledged = 0;
  #windowBytes = 0;
  #reader: SourceReader | undefined;
  #reading = false;
  #closed: Promise<void> | undefined;

  constructor(files: OpenFiles, file: SharedFile, chunkBytes: number, encode: ((chunk: Buffer) => Buffer) | undefined) {
    this.#files = files;
    this.#file = file;
    this.#chunkBytes = chunkBytes;
    this.#encode = encode;
  }

  get size(): number | undefined {
    if (this.#encode === undefined) return this.#file.size;
    return this.#isRead ? this.#end : undefined;
  }

  get #isRead(): boolean {
    return this.#position === this.#file.size;
  }

  attach(reader: SourceReader, windowBytes: number): void {
    this.#reader = reader;
    this.#windowBytes = windowBytes;
  }

  copy(target: Buffer, start: number, offset: number, length: number): number | undefined {
    const available = Math.min(length, this.#end - offset);
    if (available < length && !this.#isRead) return undefined;
    let from = offset - this.#start;
    let copied = 0;
    for (const chunk of this.#chunks) {
      if (copied === available) break;
      if (from < chunk.length) copied += chunk.copy(target, start + copied, from, from + available - copied);
      from = Math.max(from - chunk.length, 0);
    }
    return available;
  }

  forget(offset: number): void {
    this.#acknowledged = offset;
    let first = this.#chunks[0];
    while (first !== undefined && this.#start + first.length <= offset) {
      this.#start += first.length;
      this.#chunks.shift();
      first = this.#chunks[0];
    }
    this.#readAhead();
  }

  close(): Promise<void> {
    this.#closed ??= this.#files.release(this.#file);
    return this.#closed;
  }

  /** Reads the next chunk; the file is released as soon as it is not needed any more. */
  async readChunk(): Promise<void> {
    if (!this.#isRead) {
      const wanted = this.#position === 0 ? Math.min(firstChunkBytes, this.#chunkBytes) : this.#chunkBytes;
      const chunk = Buffer.allocUnsafeSlow(Math.min(wanted, this.#file.size - this.#position));
      const bytesRead = await this.#files.read(this.#file, chunk, this.#position);
      if (bytesRead === 0) throw new Error("the file became shorter while it was read");
      const plain = chunk.subarray(0, bytesRead);
      const wire = this.#encode?.(plain) ?? plain;
      this.#position += bytesRead;
      this.#chunks.push(wire);
      this.#end += wire.length;
    }
    if (this.#isRead) await this.close();
  }

  #readAhead(): void {
    const ahead = this.#end - this.#acknowledged;
    const isEnough = ahead >= this.#windowBytes + this.#chunkBytes;
    if (this.#reading || this.#closed !== undefined || isEnough) return;
    this.#reading = true;
    this.readChunk().then(
      () => {
        this.#reading = false;
        this.#readAhead();
        this.#reader?.wake();
      },
      (cause: unknown) => this.#reader?.fail(cause),
    );
  }
}
