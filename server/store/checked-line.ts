import { crc32 } from "node:zlib";

/**
 * The lines of the embedded store's files: one JSON object each, whose last member is the CRC-32 of the object without
 * it, so that a damaged line is told from a good one and every tool that reads JSON lines still can.
 */
const suffixStart = ',"crc":"';
const suffixLength = `${suffixStart}00000000"}`.length;

/** The line for the JSON text of an object that has members, with its line feed. */
export function sealLine(json: string): string {
  return json.slice(0, -1) + suffixOf(crc32(json));
}

/** A line that is made piece by piece. The pieces together are the JSON text of an object without its closing brace. */
export class LineBuilder {
  readonly #pieces: Buffer[] = [];
  #checksum = 0;

  add(text: string): void {
    const bytes = Buffer.from(text);
    this.#checksum = crc32(bytes, this.#checksum);
    this.#pieces.push(bytes);
  }

  /** The line with its line feed. */
  seal(): Buffer {
    return Buffer.concat([...this.#pieces, Buffer.from(suffixOf(crc32("}", this.#checksum)))]);
  }
}

/** The object of a line (without its line feed), its checksum still in it; undefined when the line is damaged. */
export function openLine(line: Buffer): unknown {
  const content = line.subarray(0, Math.max(0, line.length - suffixLength));
  const suffix = line.subarray(content.length).toString("latin1");
  if (`${suffix}\n` !== suffixOf(crc32("}", crc32(content)))) {
    return undefined;
  }
  return JSON.parse(line.toString("utf8"));
}

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Where the line begins, in bytes from the start of the file. */
  readonly start: number;
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** False for a last line without a line feed. */
  readonly isWhole: boolean;
}

export function* linesOf(bytes: Buffer): Generator<Line> {
  let start = 0;
  for (let number = 1; start < bytes.length; number += 1) {
    const end = bytes.indexOf("\n", start);
    const isWhole = end >= 0;
    yield { number, start, bytes: bytes.subarray(start, isWhole ? end : bytes.length), isWhole };
    start = isWhole ? end + 1 : bytes.length;
  }
}

/** What stands in place of an object's closing brace. */
function suffixOf(checksum: number): string {
  return `${suffixStart}${checksum.toString(16).padStart(8, "0")}"}\n`;
}
