import type { Readable } from "node:stream";

/** What a command may touch of the process. */
export interface CommandLine {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What somebody types or pipes; opened when it is asked for. Absent: nobody does. */
  readonly input?: () => Readable;
  out(text: string): void;
  err(text: string): void;
  untilSignal(): Promise<string>;
}
