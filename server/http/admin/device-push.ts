import Type, { type Static } from "typebox";
import type { Device } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { type PushAction, type PushOutcome, pushActions } from "../../domain/push.ts";
import type { PushOrder, Told } from "../../push.ts";
import { visitOf } from "./caller.ts";
import { deviceOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const PushOrderBody = Type.Object(
  {
    action: Type.Optional(Type.Enum([...pushActions], { description: "resync when absent" })),
    transport: Type.Optional(Type.String({ maxLength: 64, description: "only this way, instead of those in turn" })),
  },
  { additionalProperties: false },
);

const Attempt = Type.Object({
  transport: Type.String(),
  at: Type.String({ format: "date-time" }),
  result: Type.Enum(["answered", "refused", "silent", "unable", "waiting"]),
  text: Type.String({ description: "what was answered, or why nothing was" }),
  others: Type.Optional(Type.Array(Type.String(), { description: "other phones that the same message reached" })),
});

export const PushAnswer = Type.Object({
  mac: Type.String(),
  action: Type.String(),
  revision: Type.Integer({ description: "the one that the phone is to fetch" }),
  state: Type.Enum(["sent", "waiting", "unreachable", "refused"], {
    description: "`sent` is not yet success: see `sync`; `waiting`: nothing could be sent, the phone comes by itself",
  }),
  reason: Type.String(),
  transport: Type.Optional(Type.String()),
  due: Type.String({ format: "date-time", description: "from then on it is late" }),
  attempts: Type.Array(Attempt),
});

const PushWithNotices = Type.Object({
  ...PushAnswer.properties,
  notices: Type.Array(Type.Object({ code: Type.Enum(["way-to-pbx"]), detail: Type.String() }), {
    description: "what to know of it, whatever became of it",
  }),
});

const tags = ["push"];
/** A person waits for the answer; the slowest way gives up by itself earlier. */
const patienceMs = 45_000;

export function devicePushRoutes(server: AdminServer, parts: AdminParts): void {
  const push = {
    tags,
    summary: "Tells the phone to come for its file; whether it came is told by `sync`",
    params: MacParams,
    body: PushOrderBody,
    response: { 202: PushWithNotices },
  };
  const preValidation = async (request: { body: unknown }) => {
    // Every field may be left out, and so may be all of it.
    request.body ??= {};
  };
  server.post("/devices/:mac/push", { schema: push, preValidation }, async (request, reply) => {
    const { action = "resync", transport } = request.body;
    const order = { errand: { action }, ...(transport !== undefined && { transport }) };
    // Before it is told: it may have come by the time that the answer is here.
    const notices = await noticesOf(parts, await deviceOf(parts, request, request.params), action);
    reply.code(202);
    return { ...answerOf(await tell(parts, request, order)), notices };
  });
}

/** Nobody is asked for proof here: whoever tells one phone looks at it, and is to know when there is something to look at. */
async function noticesOf(
  { desks, presence, store }: AdminParts,
  device: StoredDocument<Device>,
  action: PushAction,
): Promise<Static<typeof PushWithNotices>["notices"]> {
  const { served } = await presence.of(device.organization, device.body.mac);
  const has = served?.reach;
  if (action === "report" || has === undefined || has === (await desks.read(store, device)).reach) return [];
  const what = "this changes how the phone reaches its PBX (server, transport, account, secret or VLAN)";
  return [{ code: "way-to-pbx", detail: `${what}; a campaign would prove that it finds it` }];
}

type Asked = Parameters<typeof deviceOf>[1] & { readonly params: { readonly mac: string } };

/** Sends it and waits for what comes of that, not for the phone. */
export async function tell(
  parts: AdminParts,
  request: Asked,
  order: Pick<PushOrder, "errand" | "transport">,
): Promise<Told> {
  const device = await deviceOf(parts, request, request.params);
  const { caller } = visitOf(request);
  return await parts.push.tell({ ...order, device, by: caller.actor, signal: AbortSignal.timeout(patienceMs) });
}

export function answerOf({ mac, push, attempts }: Told): Static<typeof PushAnswer> {
  const { action, dueAt, reason, result, revision, transport, waits } = push;
  return {
    mac,
    action,
    revision,
    state: waits ? "waiting" : result,
    reason,
    ...(transport !== undefined && { transport }),
    due: new Date(dueAt).toISOString(),
    attempts: attempts.map(({ outcome, ...attempt }) => ({ ...attempt, ...viewOf(outcome) })),
  };
}

function viewOf(outcome: PushOutcome) {
  const text = "reason" in outcome ? outcome.reason : (outcome.detail ?? outcome.result);
  const others = "others" in outcome && outcome.others ? { others: [...outcome.others] } : {};
  return { result: outcome.result, text, ...others };
}
