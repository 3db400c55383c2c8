/** What came of a line that somebody typed. */
export type Answer =
  /** Done at so many of those that were meant. */
  | { readonly answer: "set" | "call" | "off" | "on"; readonly phones: number; readonly of: number }
  | { readonly answer: "show"; readonly mac: string; readonly model: string; readonly values: Record<string, string> }
  | { readonly answer: "list"; readonly phones: readonly ListedPhone[] }
  | { readonly answer: "help"; readonly commands: readonly CommandText[] }
  /** Nothing was done. `detail` says what is possible, and holds nothing of what was typed but its first words. */
  | { readonly answer: "wrong"; readonly detail: string };

export interface ListedPhone {
  readonly mac: string;
  readonly model: string;
  readonly character: string;
  /** Where it listens for SIP; null while it is off. */
  readonly place: string | null;
  readonly isInCall: boolean;
}

export interface CommandText {
  readonly usage: string;
  readonly does: string;
}
