import Type, { type Static } from "typebox";
import type { Device } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { Drift } from "../../office/phones/reports.ts";
import { editOf } from "./caller.ts";
import { deviceOf } from "./device-access.ts";
import { knowDevice } from "./device-facts.ts";
import { DeviceAnswer, MacParams } from "./device-schemas.ts";
import { deskView } from "./device-view.ts";
import { tagged } from "./etags.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const DriftAnswer = Type.Object({
  at: Type.Union([Type.Null(), Type.String({ format: "date-time", description: "when the phone told" })]),
  revision: Type.Optional(Type.Integer({ description: "what it had been given then" })),
  reason: Type.Optional(Type.String({ description: "why nothing is known, where `at` is null" })),
  answeredAt: Type.Optional(
    Type.String({ format: "date-time", description: "it fetched ours again since: pushed, not yet reported" }),
  ),
  compared: Type.Integer({ description: "parameters that it told of" }),
  parameters: Type.Array(Type.Object({ name: Type.String(), given: Type.String(), reported: Type.String() }), {
    description: "changed on the phone; secrets and rules are never among them",
  }),
});

const TakeOver = Type.Object(
  { names: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 500 })) },
  { additionalProperties: false, description: "which parameters; all that differ when absent" },
);

const tags = ["push"];

/** What somebody changed on the phone itself. Giving the phone ours again is a push. */
export function driftRoutes(server: AdminServer, parts: AdminParts): void {
  const read = { tags, summary: "What was changed on the phone", params: MacParams, response: { 200: DriftAnswer } };
  server.get("/devices/:mac/drift", { schema: read }, async (request) => {
    const device = await deviceOf(parts, request, request.params);
    const drift = await parts.reports.drift(device);
    return drift ? view(drift) : { at: null, reason: await whyUnknown(parts, device), compared: 0, parameters: [] };
  });
  const take = {
    tags,
    summary: "Makes what the phone has its raw values",
    params: MacParams,
    body: TakeOver,
    response: { 200: DeviceAnswer },
  };
  server.post("/devices/:mac/drift/take-over", { schema: take }, async (request, reply) => {
    const device = await deviceOf(parts, request, request.params);
    const written = await parts.reports.takeOver(editOf(request), device, request.body.names);
    tagged(reply, written.version);
    return deskView(parts, await knowDevice(parts, written), await parts.desks.read(parts.store, written));
  });
}

async function whyUnknown({ desks, store }: AdminParts, device: StoredDocument<Device>): Promise<string> {
  const { plan } = await desks.read(store, device);
  if (!plan.carried.has("provision.report")) return "phones of this model can't tell what they have set";
  return "it has told nothing since it has what it should have: push it with the action report, once its file says where to tell (OFFHOOK_ADVERTISE, or provision.report)";
}

function view(drift: Drift): Static<typeof DriftAnswer> {
  const { answeredAt, at, compared, parameters, revision } = drift;
  const answered = answeredAt === undefined ? {} : { answeredAt };
  return { at, revision, ...answered, compared, parameters: parameters.map((each) => ({ ...each })) };
}
