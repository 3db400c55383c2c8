/** What went wrong with a PBX. `value`: something of ours can't be said in its protocol, and nothing was sent. */
export type PbxTrouble =
  | "address"
  | "unreachable"
  | "certificate"
  | "login"
  | "protocol"
  | "silent"
  | "closed"
  | "busy"
  | "value";

/** A PBX can't be asked. Message and cure are for admins and hold no secret. */
export class PbxError extends Error {
  readonly trouble: PbxTrouble;
  readonly cure: string | undefined;

  constructor(trouble: PbxTrouble, message: string, cure?: string) {
    super(message);
    this.name = "PbxError";
    this.trouble = trouble;
    this.cure = cure;
  }
}

/** Anything that was thrown, as a PbxError; what is unknown keeps its words out of the reason. */
export function asPbxError(error: unknown): PbxError {
  return error instanceof PbxError ? error : new PbxError("closed", "the connection to the PBX failed");
}

/** What a PBX said, fit for a reason: one line, no control characters, not long. */
export function quoted(text: string): string {
  const plain = text.replace(/\p{Cc}+/gu, " ").trim();
  return `“${plain.slice(0, 160)}”`;
}

/** Whether a text can't stand in one line of a protocol: what follows a line end would be a line of its own. */
export function breaksLine(text: string): boolean {
  return /[\r\n]/.test(text) || text.includes("\0");
}
