import type { ConnectionFinding, PushLine } from "../../domain/push.ts";
import { orCancelled } from "../connection/cancel.ts";
import { failsWith, works } from "../connection/findings.ts";
import { PbxError, quoted } from "../connection/pbx-error.ts";
import type { EslConnection } from "./esl-connection.ts";

/** A row of the table of channels, as far as it is needed here. */
interface Channel {
  readonly name: string;
  readonly presence: string;
}

/** A row has about 1.5 KB, and 5 KB with the longest data that an application may have. */
const mostChannels = 800;
/** One list answers for all phones whose turn it is at about the same time. */
const goodForMs = 2_000;
const patienceMs = 10_000;

const known = new WeakMap<EslConnection, { readonly channels: Promise<readonly Channel[]>; readonly until: number }>();

/**
 * Whether a channel of FreeSWITCH is one of the line: `show channels as json` of mod_commands, compared with the whole
 * `user@domain` of its presence_id, which both legs of a call have, or of its name where there is none. Undefined where
 * the same user of another domain has a call: FreeSWITCH may know this line by another domain than the phone is told.
 */
export async function isInCall(
  link: EslConnection,
  { user, domain }: PushLine,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const host = domain.replace(/(?<!:):\d+$/, "");
  if (user === "" || host === "") return undefined;
  const owners = (await channelsOf(link, signal)).map(ownerOf);
  if (owners.includes(`${user}@${host}`.toLowerCase())) return true;
  return owners.some((owner) => owner.startsWith(`${user}@`.toLowerCase())) ? undefined : false;
}

/** `sofia/internal/1001@pbx.example`, or with `sip:` and parameters where FreeSWITCH called the phone. */
function ownerOf({ name, presence }: Channel): string {
  const owner = presence || name.replace(/^[^/]*\/[^/]*\//, "").replace(/^sips?:/i, "");
  return owner.replace(/[;?].*$/, "").toLowerCase();
}

function channelsOf(link: EslConnection, signal: AbortSignal): Promise<readonly Channel[]> {
  const kept = known.get(link);
  if (kept && kept.until > performance.now()) return orCancelled(kept.channels, signal);
  // Asked for all that wait for it: the end of one must not be the end of the others.
  const channels = readChannels(link, AbortSignal.timeout(patienceMs));
  known.set(link, { channels, until: performance.now() + goodForMs });
  channels.catch(() => undefined);
  return orCancelled(channels, signal);
}

/** Their number first: a list that is too long would break the connection, which pushes need. */
async function readChannels(link: EslConnection, signal: AbortSignal): Promise<readonly Channel[]> {
  const count = await countChannels(link, signal);
  if (count > mostChannels) throw new PbxError("protocol", `${count} channels are more than can be looked through`);
  const text = count === 0 ? "{}" : await show(link, "show channels as json", signal);
  const { rows = [] } = parse(text) as { rows?: unknown };
  if (!Array.isArray(rows)) throw notUnderstood(text);
  return rows.filter(isGoingOn).map(({ name, presence_id }) => ({ name: plain(name), presence: plain(presence_id) }));
}

/** FreeSWITCH answers `12 total.` between empty lines. */
async function countChannels(link: EslConnection, signal: AbortSignal): Promise<number> {
  const text = await show(link, "show channels count", signal);
  const [, count] = /^\s*(\d{1,9}) total\.\s*$/.exec(text) ?? [];
  if (count === undefined) throw notUnderstood(text);
  return Number(count);
}

/** Rejects with a PbxError that names the cure. */
async function show(link: EslConnection, command: string, signal: AbortSignal): Promise<string> {
  const { headers, body } = await link.run({ line: `api ${command}` }, signal);
  const said = (body || headers.get("Reply-Text")) ?? "";
  if (!/^-(?:ERR|USAGE)/.test(said)) return said;
  const cure = "let the user run show: esl-allowed-api in its directory entry, and the module mod_commands loaded";
  throw new PbxError("login", `the PBX does not let this login ask which phones are in a call: ${quoted(said)}`, cure);
}

type Row = Readonly<Record<string, unknown>>;

/** States of a channel whose call is over (switch_types.h). */
const over = new Set(["CS_HANGUP", "CS_REPORTING", "CS_DESTROY"]);

function isGoingOn(row: unknown): row is Row {
  return typeof row === "object" && row !== null && !over.has(plain((row as Row)["state"]));
}

function plain(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 500) : "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw notUnderstood(text);
  }
}

function notUnderstood(text: string): PbxError {
  return new PbxError("protocol", `the PBX tells its channels in a way that is not known here: ${quoted(text)}`);
}

export async function tryCalls(link: EslConnection, signal: AbortSignal): Promise<ConnectionFinding> {
  try {
    await countChannels(link, signal);
    return works("phones that are in a call can be seen");
  } catch (error) {
    return failsWith(error);
  }
}
