import type { Notice, PushOutcome } from "../../domain/push.ts";

/** Bad Event: the phone is there, has taken nothing, and would know other events (RFC 6665 section 8.3.2). */
const badEvent = 489;

/** Sends a notice, and once more with its other event where the phone does not know the first. */
export async function sendEither(notice: Notice, send: (notice: Notice) => Promise<PushOutcome>): Promise<PushOutcome> {
  const first = await send(notice);
  const { event, otherwise, ...rest } = notice;
  if (otherwise === undefined || first.result !== "refused" || first.status !== badEvent) return first;
  return ofBoth(await send({ ...rest, event: otherwise }), event, otherwise);
}

function ofBoth(second: PushOutcome, event: string, otherwise: string): PushOutcome {
  if (second.result === "answered") {
    const where = second.detail === undefined ? "" : `; ${second.detail}`;
    return { ...second, detail: `the phone does not know ${event}; it took ${otherwise}${where}` };
  }
  if (!("reason" in second)) return second;
  return { ...second, reason: `The phone does not know the event ${event}; told ${otherwise}: ${second.reason}` };
}
