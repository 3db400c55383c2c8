import Type, { type Static } from "typebox";
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
    return view(await parts.reports.drift(device));
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

function view(drift: Drift | undefined): Static<typeof DriftAnswer> {
  if (!drift) return { at: null, compared: 0, parameters: [] };
  const { at, compared, parameters, revision } = drift;
  return { at, revision, compared, parameters: parameters.map((each) => ({ ...each })) };
}
