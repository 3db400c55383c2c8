import type { Device } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { PushAction, PushTarget, PushTransport } from "../../domain/push.ts";
import type { Errand, PushedPhone } from "./target.ts";

interface Parts {
  readonly transports: readonly PushTransport[];
  /** How long a phone has to answer, in milliseconds. */
  readonly patienceMs: number;
  aim(device: StoredDocument<Device>, errand: Errand): Promise<PushedPhone>;
}

type DirectWay = PushTransport & Required<Pick<PushTransport, "reach">>;

/**
 * Asks a phone something that changes nothing, in every way at once in which it could be told without its PBX. Undefined
 * where it answered; else why it can't be told so.
 */
export async function noDirectAnswer(
  { aim, patienceMs, transports }: Parts,
  device: StoredDocument<Device>,
  action: PushAction,
): Promise<string | undefined> {
  const { desk, nowhere, target } = await aim(device, { action });
  const only = desk.settings.get("push.transport")?.value;
  const names = only === undefined ? desk.family.push.transports : [String(only)];
  const ways = transports.filter((way): way is DirectWay => names.includes(way.name) && way.reach !== undefined);
  const objections = ways.map((way) => way.objection(target));
  const open = ways.filter((_, at) => objections[at] === undefined);
  if (open.length > 0) return await firstAnswer(open, target, patienceMs);
  return nowhere ?? objections.find((each) => each !== undefined) ?? "it is told through its PBX only";
}

/** Undefined as soon as it answers in one of the ways; the others are given up then. */
async function firstAnswer(
  ways: readonly DirectWay[],
  target: PushTarget,
  patienceMs: number,
): Promise<string | undefined> {
  const answered = new AbortController();
  const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(patienceMs)]);
  const reasons = new Map<string, string>();
  const asked = ways.map(async (way) => {
    const outcome = await way.reach(target, signal);
    if (outcome.result === "answered") return answered.abort();
    reasons.set(way.name, "reason" in outcome ? outcome.reason : outcome.detail);
  });
  await Promise.all(asked);
  const words = ways.map(({ name }) => `${name}: ${reasons.get(name)}`);
  return answered.signal.aborted ? undefined : words.join("; ");
}
