import type { Device } from "./domain/device.ts";
import { Failure } from "./domain/failures.ts";
import type { Mac } from "./domain/mac.ts";
import type { Clock, StoredDocument } from "./domain/ports.ts";
import type { OpenPbxConnection, PushAction, PushOutcome, PushTransport } from "./domain/push.ts";
import type { Arrivals } from "./office/push/arrivals.ts";
import type { PbxConnections } from "./office/push/pbx-connections.ts";
import type { PushRecords, StoredPush } from "./office/push/records.ts";
import type { Errand, PushedPhone } from "./office/push/target.ts";

export interface PushParts {
  readonly transports: readonly PushTransport[];
  readonly connections: Pick<PbxConnections, "of">;
  readonly records: PushRecords;
  readonly arrivals: Arrivals;
  aim(device: StoredDocument<Device>, errand: Errand): Promise<PushedPhone>;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  /** Instead of the usual times, in milliseconds. */
  readonly timeToCome?: Readonly<Record<PushAction, number>>;
}

export interface PushOrder {
  readonly device: StoredDocument<Device>;
  readonly errand: Errand;
  /** Only this one, instead of the family's in their order. */
  readonly transport?: string;
  readonly by: string;
  readonly signal: AbortSignal;
}

/** One way that was tried. */
export interface PushAttempt {
  readonly transport: string;
  /** RFC 3339. */
  readonly at: string;
  readonly outcome: PushOutcome;
}

/** A phone was told, or nothing reached it. */
export interface Told {
  readonly mac: Mac;
  readonly push: StoredPush;
  readonly attempts: readonly PushAttempt[];
  /** Resolves when the phone has come, or its time is over. */
  readonly arrival: Promise<"came" | "late">;
}

export interface Push {
  tell(order: PushOrder): Promise<Told>;
}

/** How long a phone has to come, in milliseconds: some wait for the end of a call, some start anew. */
export const usualTimeToCome: Readonly<Record<PushAction, number>> = {
  resync: 60_000,
  restart: 120_000,
  reboot: 300_000,
  report: 60_000,
};

/**
 * Story two: we tell a phone to come for its file, and this is everything that happens, in order.
 * aim → choose the ways → send until one is answered → record → await its fetch.
 */
export function createPush(parts: PushParts): Push {
  return {
    async tell(order) {
      const phone = await parts.aim(order.device, order.errand);
      const ways = await choose(parts, phone, order.transport);
      const begunAt = parts.clock();
      const attempts: PushAttempt[] = [];
      for (const way of ways) {
        const outcome = await send(parts, way, phone, order.signal);
        attempts.push({ transport: way.name, at: new Date(parts.clock()).toISOString(), outcome });
        if (outcome.result === "answered" || (await mayHaveTaken(parts, phone, order, begunAt, outcome))) break;
      }
      const push = await parts.records.write(phone.document, conclude(parts, phone, order, attempts, begunAt));
      return { mac: phone.document.body.mac, push, attempts, arrival: awaitFetch(parts, phone, push) };
    },
  };
}

/**
 * After silence the phone may have been told all the same: one that starts anew has no time to answer, and a resync may
 * have ended already. It must not be told again in another way.
 */
async function mayHaveTaken(
  { arrivals }: PushParts,
  { desired, document }: PushedPhone,
  { errand }: PushOrder,
  begunAt: number,
  { result }: PushOutcome,
): Promise<boolean> {
  if (result !== "silent") return false;
  const isDisruptive = "action" in errand && (errand.action === "reboot" || errand.action === "restart");
  return isDisruptive || (await arrivals.hasCome(document, { at: begunAt, revision: desired?.n ?? 0 }));
}

/**
 * The one that is asked for or set; else those of the family, what led the phone here last time first. Behind a router the
 * PBX goes before us: the router may let in only those whom the phone speaks to.
 */
async function choose(
  { records, transports }: PushParts,
  { desk, document, target }: PushedPhone,
  asked: string | undefined,
): Promise<readonly PushTransport[]> {
  const only = asked ?? desk.settings.get("push.transport")?.value;
  const names = only === undefined ? desk.family.push.transports : [String(only)];
  const known = transports.filter(({ name }) => names.includes(name));
  if (known.length === 0) throw new Failure("INVALID", `transport: there is no "${names[0]}"`);
  const worked = (await records.of(document))?.worked;
  const place = ({ name, pbx }: PushTransport) => {
    if (name === worked) return -1;
    return names.indexOf(name) + (target.destination?.forSipOnly && !pbx ? names.length : 0);
  };
  return known.toSorted((one, other) => place(one) - place(other));
}

async function send(
  { connections }: PushParts,
  way: PushTransport,
  { document, nowhere, target }: PushedPhone,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const connection = way.pbx && (await connections.of(document, way.pbx.kind));
  if (way.pbx && !connection) return { result: "unable", reason: `no connection to a PBX of kind ${way.pbx.kind}` };
  const aimed = { ...target, ...(connection && { connection: connection satisfies OpenPbxConnection }) };
  const objection = way.objection(aimed);
  if (objection !== undefined) return { result: "unable", reason: nowhere ?? objection };
  return await way.send(aimed, signal);
}

function conclude(
  { clock, timeToCome = usualTimeToCome }: PushParts,
  { desired, desk }: PushedPhone,
  { by, errand }: PushOrder,
  attempts: readonly PushAttempt[],
  begunAt: number,
): StoredPush {
  const action = "action" in errand ? errand.action : "show";
  const { decisive, result } = sumUp(attempts);
  const comesAlone = decisive?.outcome.result === "waiting";
  const resyncMs = Number(desk.settings.get("provision.resync")?.value ?? 0) * 1000;
  return {
    action,
    by,
    revision: desired?.n ?? 0,
    // It may come before the answer to what it was told does.
    at: begunAt,
    dueAt: clock() + timeToCome[action === "show" ? "report" : action] + (comesAlone ? resyncMs : 0),
    result,
    ...(comesAlone && { waits: true as const }),
    reason: decisive ? wordsOf(decisive) : `there is no way to tell it: ${attempts.map(wordsOf).join("; ")}`,
    ...(decisive && { transport: decisive.transport }),
    attempts,
  };
}

interface Sum {
  readonly decisive: PushAttempt | undefined;
  readonly result: StoredPush["result"];
}

/** What the attempts come to. That a phone comes by itself counts only where nothing could be sent. */
function sumUp(attempts: readonly PushAttempt[]): Sum {
  const first = (result: PushOutcome["result"]) => attempts.find(({ outcome }) => outcome.result === result);
  const answered = first("answered");
  if (answered) return { decisive: answered, result: "sent" };
  const refused = first("refused");
  if (refused) return { decisive: refused, result: "refused" };
  const silent = first("silent");
  const waiting = silent ? undefined : first("waiting");
  return waiting ? { decisive: waiting, result: "sent" } : { decisive: silent, result: "unreachable" };
}

function wordsOf({ outcome, transport }: PushAttempt): string {
  return `${transport}: ${"reason" in outcome ? outcome.reason : (outcome.detail ?? outcome.result)}`;
}

/**
 * The end of the story: the phone completed a fetch of the pushed revision or a later one, or it did not. Never rejects:
 * whoever sent the phone may be gone by then.
 */
async function awaitFetch(
  { arrivals, log, records }: PushParts,
  { document }: PushedPhone,
  push: StoredPush,
): Promise<"came" | "late"> {
  if (push.result !== "sent") return "late";
  const came = await arrivals.wait(document, push);
  if (came)
    await records.came(document, push, push.transport).catch((err: unknown) => {
      log.warn({ err, mac: document.id }, "that a phone came could not be written beside its push");
    });
  return came ? "came" : "late";
}
