import type { TransferMode } from "./parts.ts";

/** The packets of RFC 1350 section 5 and RFC 2347. Numbers are big-endian; texts end with a zero byte. */

export const opcode = { read: 1, write: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** RFC 1350 error codes that the protocol itself gives; all others come from the table of failures. */
export const unknownTransfer = 5;

export const dataHeaderBytes = 4;

export type Option = readonly [name: string, value: string];

export interface ReadPacket {
  readonly path: string;
  readonly mode: TransferMode;
  /** In the order and the spelling of the request. */
  readonly options: readonly Option[];
}

/** 0 when the datagram is too short to have an operation. */
export function opcodeOf(datagram: Buffer): number {
  return datagram.length < 2 ? 0 : datagram.readUInt16BE(0);
}

/** The block number of an ACK (bytes after it are ignored), or -1 when it is cut off. */
export function parseAck(datagram: Buffer): number {
  return datagram.length < 4 ? -1 : datagram.readUInt16BE(2);
}

/** A read request; undefined when it is cut off or asks for a mode that is not served ("mail" is obsolete). */
export function parseRead(datagram: Buffer): ReadPacket | undefined {
  const pathEnd = datagram.indexOf(0, 2);
  const modeEnd = pathEnd < 0 ? -1 : datagram.indexOf(0, pathEnd + 1);
  if (pathEnd <= 2 || modeEnd < 0) return undefined;
  const mode = parseMode(datagram.toString("latin1", pathEnd + 1, modeEnd));
  if (mode === undefined) return undefined;
  return { path: datagram.toString("utf8", 2, pathEnd), mode, options: parseOptions(datagram, modeEnd + 1) };
}

/** RFC 1350 section 5: any combination of upper and lower case. */
function parseMode(text: string): TransferMode | undefined {
  const mode = text.toLowerCase();
  return mode === "octet" || mode === "netascii" ? mode : undefined;
}

/** Never fails: 7960s pad a request with zero bytes, others with what was left in their buffer. */
function parseOptions(datagram: Buffer, start: number): Option[] {
  if (start >= datagram.length) return [];
  const texts = datagram.toString("latin1", start).split("\0");
  const options: Option[] = [];
  for (let i = 0; i < texts.length; i += 1) {
    const name = texts[i];
    if (!name) continue;
    i += 1;
    options.push([name, texts[i] ?? ""]);
  }
  return options;
}

/** What an ERROR packet says, fit for a log: bounded and without control characters. */
export function describeError(datagram: Buffer): string {
  if (datagram.length < 4) return "error";
  const end = datagram.indexOf(0, 4);
  const text = datagram.toString("latin1", 4, Math.min(end < 0 ? datagram.length : end, 4 + 100));
  return `error ${datagram.readUInt16BE(2)} ${text.replace(/[^\x20-\x7e]/g, "?")}`.trimEnd();
}

/** Writes the header of a DATA packet; `block` counts without end, on the wire 65535 is followed by 0. */
export function writeDataHeader(packet: Buffer, block: number): void {
  packet[0] = 0;
  packet[1] = opcode.data;
  packet[2] = (block >>> 8) & 0xff;
  packet[3] = block & 0xff;
}

export function buildError(code: number, text: string): Buffer {
  const packet = Buffer.alloc(2 + 2 + Buffer.byteLength(text) + 1);
  packet.writeUInt16BE(opcode.error, 0);
  packet.writeUInt16BE(code, 2);
  packet.write(text, 4);
  return packet;
}

/** RFC 2347: the options that are accepted, with the values that hold. */
export function buildOack(options: readonly Option[]): Buffer {
  const texts = options.map(([name, value]) => `${name}\0${value}\0`).join("");
  return Buffer.from(`\0${String.fromCharCode(opcode.oack)}${texts}`, "latin1");
}
