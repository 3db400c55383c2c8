/** Where a transfer takes its bytes from. Offsets and sizes are in bytes on the wire (after netascii). */
export interface Source {
  /** Undefined while it is not known (a long file in netascii mode). */
  readonly size: number | undefined;
  /**
   * Copies up to `length` bytes and gives their number, less than `length` only at the end. Undefined: not read yet;
   * the reader is woken when it is.
   */
  copy(target: Buffer, start: number, offset: number, length: number): number | undefined;
  /** Bytes before the offset will not be asked for again. */
  forget(offset: number): void;
  /** Names who is told of bytes that came late, and how many bytes it may have in flight. */
  attach(reader: SourceReader, windowBytes: number): void;
  /** A promise when there is a descriptor to close. */
  close(): Promise<void> | undefined;
}

export interface SourceReader {
  wake(): void;
  /** No further bytes will come. */
  fail(cause: unknown): void;
}

export function createBodySource(body: Buffer): Source {
  return {
    size: body.length,
    copy: (target, start, offset, length) => body.copy(target, start, offset, Math.min(offset + length, body.length)),
    forget() {},
    attach() {},
    close: () => undefined,
  };
}
