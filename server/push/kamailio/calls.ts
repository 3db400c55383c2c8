import type { ConnectionFinding, PushLine } from "../../domain/push.ts";
import { orCancelled } from "../connection/cancel.ts";
import { fails, failsWith, works } from "../connection/findings.ts";
import { PbxError, quoted } from "../connection/pbx-error.ts";
import { escapeUser } from "../sip/uri-parts.ts";
import type { KamailioLink } from "./kamailio-link.ts";
import { lookUp } from "./locations.ts";

/** Whom a dialog names on its two sides: `user@host` of the records, `user@host:port` of the contacts. */
interface Dialog {
  readonly records: readonly string[];
  readonly contacts: readonly string[];
}

/** A dialog has about 1 KB in the list, more with variables; an answer may have 2 MB. */
const mostDialogs = 1_000;
/** One list answers for all phones whose turn it is at about the same time. */
const goodForMs = 2_000;
const patienceMs = 10_000;
const countMethod = "dlg.stats_active";
const listMethod = "dlg.list";

type Dialogs = Promise<readonly Dialog[] | undefined>;

const known = new WeakMap<KamailioLink, { readonly dialogs: Dialogs; readonly until: number }>();

/**
 * Whether a dialog of Kamailio is one of the line: dlg.list of the module dialog, whose from_uri or to_uri is the line's
 * record, or whose contact is registered for it. Undefined where the module is not loaded, or there are too many calls.
 */
export async function isInCall(link: KamailioLink, line: PushLine, signal: AbortSignal): Promise<boolean | undefined> {
  const record = recordIn(`sip:${escapeUser(line.user)}@${line.domain}`);
  if (record === undefined) return undefined;
  const dialogs = await dialogsOf(link, signal);
  if (!dialogs || dialogs.length === 0) return dialogs && false;
  if (dialogs.some(({ records }) => records.includes(record))) return true;
  const own = (await lookUp(link, line, signal)).map(({ uri }) => contactIn(uri));
  return dialogs.some(({ contacts }) => contacts.some((each) => own.includes(each)));
}

function dialogsOf(link: KamailioLink, signal: AbortSignal): Dialogs {
  const kept = known.get(link);
  if (kept && kept.until > performance.now()) return orCancelled(kept.dialogs, signal);
  // Asked for all that wait for it: the end of one must not be the end of the others.
  const dialogs = readDialogs(link, AbortSignal.timeout(patienceMs));
  known.set(link, { dialogs, until: performance.now() + goodForMs });
  dialogs.catch(() => undefined);
  return orCancelled(dialogs, signal);
}

/** Their number first: a list that is too long would be cut off after all of it was made. */
async function readDialogs(link: KamailioLink, signal: AbortSignal): Dialogs {
  const count = await countDialogs(link, signal);
  if (count === undefined || count > mostDialogs) return undefined;
  if (count === 0) return [];
  const list = await ask(link, listMethod, signal);
  return Array.isArray(list) ? list.filter(isGoingOn).map(dialogOf) : undefined;
}

/** Undefined where the module is not loaded. */
async function countDialogs(link: KamailioLink, signal: AbortSignal): Promise<number | undefined> {
  const { all } = ((await ask(link, countMethod, signal)) ?? {}) as { all?: unknown };
  return typeof all === "number" ? all : undefined;
}

/** Undefined where no loaded module has the method. */
async function ask(link: KamailioLink, method: string, signal: AbortSignal): Promise<unknown> {
  const answer = await link.ask(method, [], signal);
  if ("result" in answer) return answer.result;
  if (/method not found/i.test(answer.error.text)) return undefined;
  throw new PbxError("protocol", `the PBX does not tell its calls: ${quoted(answer.error.text)}`);
}

type Row = Readonly<Record<string, unknown>>;

/** DLG_STATE_DELETED of the module dialog (dlg_hash.h): it is over, and kept for a moment. */
const deleted = 5;

function isGoingOn(row: unknown): row is Row {
  return typeof row === "object" && row !== null && (row as Row)["state"] !== deleted;
}

function dialogOf({ from_uri, to_uri, caller, callee }: Row): Dialog {
  const contacts = [caller, callee].map((side) => (side as Row | null | undefined)?.["contact"]);
  return {
    records: [from_uri, to_uri].flatMap((uri) => recordIn(uri) ?? []),
    contacts: contacts.flatMap((uri) => contactIn(uri) ?? []),
  };
}

function recordIn(uri: unknown): string | undefined {
  const [, user, host] = partsOf(uri);
  return user && host && `${unescaped(user)}@${host.toLowerCase()}`;
}

function contactIn(uri: unknown): string | undefined {
  const record = recordIn(uri);
  return record && `${record}:${partsOf(uri)[3] ?? "5060"}`;
}

/** User, host and port; parameters do not make it another place. */
function partsOf(uri: unknown): readonly (string | undefined)[] {
  const text = typeof uri === "string" ? uri.slice(0, 500) : "";
  return /^<?sips?:([^@;?>]+)@(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?/i.exec(text) ?? [];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export async function tryCalls(link: KamailioLink, signal: AbortSignal): Promise<ConnectionFinding> {
  try {
    if ((await countDialogs(link, signal)) !== undefined) return works("phones that are in a call can be seen");
    return fails(
      "the PBX can't tell which phones are in a call: campaigns tell these as well",
      "load the module dialog in kamailio.cfg, and call dlg_manage() for each INVITE",
    );
  } catch (error) {
    return failsWith(error);
  }
}
