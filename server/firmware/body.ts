import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Failure } from "../domain/failures.ts";

/** Where the bytes of a body go. */
interface Destination {
  readonly path: string;
  /** Byte of the file where they begin. */
  readonly from: number;
  /** Bytes that may come. */
  readonly most: number;
  readonly tooLong: () => Failure;
}

/**
 * Writes a body into a file that is there, and sees that it is on the disk. Ends with the reason of `lost` when that is
 * aborted, with MALFORMED when the body broke: what came until then is kept. Errors of the disk pass as they are.
 */
export async function writeBody(body: Readable, { path, from, most, tooLong }: Destination, lost: AbortSignal) {
  const file = await open(path, "r+");
  let at = from;
  try {
    // Not destroyed when this ends early: whoever sends shall be told why.
    const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    for (let next = await take(chunks, lost); !next.done; next = await take(chunks, lost)) {
      if (at + next.value.length > from + most) throw tooLong();
      at = await writeAll(file, next.value, at);
    }
  } finally {
    await file.sync();
    await file.close();
  }
}

/** The listener goes after each piece: a gigabyte has many thousands of them. */
function take(chunks: AsyncIterator<Buffer>, lost: AbortSignal): Promise<IteratorResult<Buffer>> {
  const ended = (cause: unknown) => new Failure("MALFORMED", "the body ended too early; what came is kept", { cause });
  return new Promise((resolve, reject) => {
    const stop = () => reject(lost.reason);
    lost.throwIfAborted();
    lost.addEventListener("abort", stop, { once: true });
    void chunks
      .next()
      .then(resolve, (error: unknown) => reject(ended(error)))
      .finally(() => lost.removeEventListener("abort", stop));
  });
}

/** Gives where it ended: the disk may take less at a time than it is given. */
async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
  return at + done;
}
