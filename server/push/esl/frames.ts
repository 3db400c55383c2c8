import { BlockReader, type Fields } from "../connection/block-reader.ts";
import { breaksLine, PbxError } from "../connection/pbx-error.ts";

/** What FreeSWITCH sends: headers, and a body where Content-Length says so. */
export interface EslFrame {
  readonly headers: Fields;
  /** Without body empty. */
  readonly body: string;
}

const mostBodyBytes = 4 * 1024 * 1024;

/** Frames of the event socket. Throws a PbxError for what is out of bounds. */
export class FrameReader {
  readonly #blocks = new BlockReader({ lineBytes: 16_384, lines: 500 });
  #headers: Fields | undefined;

  add(chunk: Buffer): void {
    this.#blocks.add(chunk);
  }

  next(): EslFrame | undefined {
    this.#headers ??= this.#blocks.block();
    if (!this.#headers) return undefined;
    const body = this.#blocks.bytes(lengthOf(this.#headers));
    if (!body) return undefined;
    const headers = this.#headers;
    this.#headers = undefined;
    return { headers, body: body.toString("utf8") };
  }
}

function lengthOf(headers: Fields): number {
  const told = headers.get("Content-Length") ?? "0";
  const length = /^\d{1,9}$/.test(told) ? Number(told) : Number.NaN;
  if (length <= mostBodyBytes) return length;
  throw new PbxError("protocol", "the PBX sent a frame that is too long");
}

/** A command to FreeSWITCH: a line, headers, a body. */
export interface EslCommand {
  readonly line: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** The bytes of a command. Throws a PbxError for a line end in line or header: it would be a command of its own. */
export function encodeCommand({ line, headers = [], body = "" }: EslCommand): string {
  const lines = [line, ...headers.map(([name, value]) => `${name}: ${value}`)];
  for (const text of lines) {
    if (breaksLine(text)) throw new PbxError("value", "a line end or a NUL can't be sent to FreeSWITCH");
  }
  if (body !== "") lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join("\n")}\n\n${body}`;
}
