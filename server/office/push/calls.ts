import type { Device } from "../../domain/device.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { PbxSide, PushLine, PushTransport } from "../../domain/push.ts";
import type { Desks } from "../desk/desk.ts";
import { linesOf } from "./lines.ts";
import type { PbxConnections } from "./pbx-connections.ts";

/** What PBXs know of calls. */
export interface Calls {
  /**
   * Whether a line of the phone has a call, asked anew each time. A line may have several phones, and PBXs tell calls by
   * the line: a call of one of them counts for each. Undefined where no connection can tell, or none did in time.
   */
  isInCall(device: StoredDocument<Device>): Promise<boolean | undefined>;
}

interface Parts {
  readonly store: StoreReader;
  readonly desks: Desks;
  readonly transports: readonly PushTransport[];
  readonly connections: Pick<PbxConnections, "of">;
  /** In milliseconds, for all that is asked of one phone. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 3000;
/** A phone with a panel of keys may have dozens of lines, most of them other people's. */
const mostLines = 8;

export function createCalls({ patienceMs = usualPatienceMs, ...parts }: Parts): Calls {
  return { isInCall: (device) => ask(parts, device, AbortSignal.timeout(patienceMs)).catch(() => undefined) };
}

/** The first connection that can tell. */
async function ask(
  { connections, desks, store, transports }: Omit<Parts, "patienceMs">,
  device: StoredDocument<Device>,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  let lines: readonly PushLine[] | undefined;
  for (const { pbx } of transports) {
    const connection = pbx?.isInCall && (await connections.of(device, pbx.kind));
    if (!connection) continue;
    lines ??= (await linesOf(desks, store, device)).slice(0, mostLines);
    const found = await anyInCall((line) => pbx.isInCall?.(connection, line, signal), lines);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Answer = ReturnType<NonNullable<PbxSide["isInCall"]>>;

/** Undefined where the PBX tells of no line. */
async function anyInCall(
  isInCall: (line: PushLine) => Answer | undefined,
  lines: readonly PushLine[],
): Promise<boolean | undefined> {
  const answers = await Promise.all(lines.map(async (line) => await isInCall(line)?.catch(() => undefined)));
  return answers.includes(true) || (answers.includes(false) ? false : undefined);
}
