import { dataHeaderBytes, type Option } from "./packet.ts";

/** What a transfer runs with. */
export interface Terms {
  /** Bytes of a block. */
  readonly blksize: number;
  /** Blocks sent before an acknowledgement is awaited. */
  readonly windowsize: number;
  /** Wait before a repeat, when the phone chose it. */
  readonly timeoutMs: number | undefined;
  /** For the OACK; empty when no option was accepted: then the first answer is DATA 1. */
  readonly accepted: readonly Option[];
}

export interface Bounds {
  readonly maxBlksize: number;
  readonly maxWindowsize: number;
  /** Bytes on the wire; undefined when only the end of the transfer will tell. */
  readonly size: number | undefined;
}

type OptionName = "blksize" | "windowsize" | "timeout" | "tsize";

/** The value that holds, or undefined to leave the option out. Values out of range are ignored (RFC 2347). */
const grant: Record<OptionName, (asked: number, bounds: Bounds) => number | undefined> = {
  // RFC 2348: the server may answer with less than was asked for.
  blksize: (asked, { maxBlksize }) => (asked >= 8 && asked <= 65464 ? Math.min(asked, maxBlksize) : undefined),
  // RFC 7440 section 3: likewise.
  windowsize: (asked, { maxWindowsize }) => (asked >= 1 && asked <= 65535 ? Math.min(asked, maxWindowsize) : undefined),
  // RFC 2349: the same value or nothing.
  timeout: (asked) => (asked >= 1 && asked <= 255 ? asked : undefined),
  // RFC 2349: a read request carries 0 and is told the size.
  tsize: (_asked, { size }) => size,
};

/** The terms of a transfer; each option counts once, the first time it is named. */
export function negotiate(options: readonly Option[], bounds: Bounds): Terms {
  const held = new Map<OptionName, number>();
  const accepted: Option[] = [];
  for (const [spelling, text] of options) {
    const name = spelling.toLowerCase();
    if (!isOptionName(name) || held.has(name)) continue;
    const value = /^\d{1,10}$/.test(text) ? grant[name](Number(text), bounds) : undefined;
    if (value === undefined) continue;
    held.set(name, value);
    // The phone's own spelling: one that compares literally must find its option again.
    accepted.push([spelling, String(value)]);
  }
  const timeout = held.get("timeout");
  return {
    blksize: held.get("blksize") ?? 512,
    windowsize: held.get("windowsize") ?? 1,
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    accepted,
  };
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(grant, name);
}

/** The largest block whose packet is not fragmented: IP, UDP and TFTP headers go off the MTU (bytes). */
export function largestBlksize(mtu: number, isIPv6: boolean): number {
  const headers = (isIPv6 ? 48 : 28) + dataHeaderBytes;
  return Math.min(Math.max(mtu - headers, 8), 65464);
}
