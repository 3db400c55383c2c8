/** The packets that a TFTP client sends and understands (RFC 1350 section 5, RFC 2347). */

const opcode = { read: 1, data: 3, ack: 4, error: 5, oack: 6 } as const;

export type TftpAnswer =
  | { readonly kind: "data"; readonly block: number; readonly bytes: Buffer }
  | { readonly kind: "oack"; readonly options: ReadonlyMap<string, string> }
  | { readonly kind: "error"; readonly code: number; readonly text: string };

/** A read request in octet mode. Real 7960s send `padding` zero bytes after it (cisco.md G, 25). */
export function readRequest(name: string, options: readonly (readonly [string, number])[], padding: number): Buffer {
  const texts = [name, "octet", ...options.flatMap(([option, value]) => [option, String(value)])];
  return Buffer.concat([Buffer.from([0, opcode.read]), Buffer.from(`${texts.join("\0")}\0`), Buffer.alloc(padding)]);
}

export function acknowledge(block: number): Buffer {
  return Buffer.from([0, opcode.ack, (block >>> 8) & 0xff, block & 0xff]);
}

export function errorPacket(code: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0, opcode.error, 0, code]), Buffer.from(`${text}\0`)]);
}

/** Undefined when the datagram is nothing that a server may send to a client. */
export function parseAnswer(datagram: Buffer): TftpAnswer | undefined {
  if (datagram.length < 2) return undefined;
  const kind = datagram.readUInt16BE(0);
  if (kind === opcode.oack) return { kind: "oack", options: parseOptions(datagram.toString("latin1", 2)) };
  if (datagram.length < 4) return undefined;
  const number = datagram.readUInt16BE(2);
  if (kind === opcode.data) return { kind: "data", block: number, bytes: datagram.subarray(4) };
  if (kind === opcode.error) return { kind: "error", code: number, text: parseText(datagram.subarray(4)) };
  return undefined;
}

function parseOptions(text: string): Map<string, string> {
  const texts = text.split("\0");
  const options = new Map<string, string>();
  for (let i = 0; i + 1 < texts.length; i += 2) options.set((texts[i] ?? "").toLowerCase(), texts[i + 1] ?? "");
  return options;
}

/** What the server says, fit for a report: bounded and printable. */
function parseText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, Math.min(end < 0 ? bytes.length : end, 80)).replace(/[^\x20-\x7e]/g, "?");
}
