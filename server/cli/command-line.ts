/** What a command may touch of the process. */
export interface CommandLine {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
  untilSignal(): Promise<string>;
}
