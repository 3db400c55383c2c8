import { PbxError } from "./pbx-error.ts";

/** Named values in the order they came; names are compared without case. */
export class Fields {
  readonly list: readonly (readonly [name: string, value: string])[];

  constructor(list: readonly (readonly [string, string])[]) {
    this.list = list;
  }

  get(name: string): string | undefined {
    return this.all(name)[0];
  }

  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.list.filter(([known]) => known.toLowerCase() === wanted).map(([, value]) => value);
  }
}

export interface BlockLimits {
  readonly lineBytes: number;
  readonly lines: number;
}

/** Blocks of `Name: value` lines that an empty line ends, as AMI and the event socket of FreeSWITCH send them. */
export class BlockReader {
  readonly #limits: BlockLimits;
  #held: Buffer = Buffer.alloc(0);
  #fields: [string, string][] = [];

  constructor(limits: BlockLimits) {
    this.#limits = limits;
  }

  add(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
  }

  /** The next line without its end, or undefined when it is not complete. Throws a PbxError when it is too long. */
  line(): string | undefined {
    const end = this.#held.indexOf(10);
    const length = end < 0 ? this.#held.length : end;
    if (length > this.#limits.lineBytes) throw new PbxError("protocol", "the PBX sent a line that is too long");
    if (end < 0) return undefined;
    const line = this.#held.toString("utf8", 0, end);
    this.#held = this.#held.subarray(end + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** The next block; empty ones are skipped. Throws a PbxError when it has too many lines. */
  block(): Fields | undefined {
    for (let line = this.line(); line !== undefined; line = this.line()) {
      if (line === "") {
        if (this.#fields.length === 0) continue;
        const block = new Fields(this.#fields);
        this.#fields = [];
        return block;
      }
      if (this.#fields.length >= this.#limits.lines) throw new PbxError("protocol", "the PBX sent too many lines");
      const colon = line.indexOf(":");
      this.#fields.push(colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trimStart()]);
    }
    return undefined;
  }

  bytes(count: number): Buffer | undefined {
    if (this.#held.length < count) return undefined;
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }
}
