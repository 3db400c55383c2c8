import Type, { type Static } from "typebox";
import { Id } from "../../domain/device.ts";
import { exportFormats, rotationStates, rotationSteps, rotationWays } from "../../domain/rotation.ts";
import { syncStates } from "../../domain/sync.ts";
import type { ListedRotation, WholeRotation } from "../../office/rotations/views.ts";
import { editOf, visitOf } from "./caller.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const strict = { additionalProperties: false } as const;
const optional = Type.Optional;
const mostNamed = 5000;

const Select = Type.Object(
  {
    lines: optional(Type.Array(Id, { minItems: 1, maxItems: mostNamed, description: "ids" })),
    devices: optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: mostNamed })),
    site: optional(Id),
    all: optional(Type.Literal(true)),
  },
  { ...strict, description: "exactly one of them says whose lines" },
);

const through = Type.Enum([...rotationWays], {
  description: "`export`: people carry the new secrets to the PBX; `connection`: Offhook writes them there",
});

const NewRotation = Type.Object({ select: Select, through }, strict);
const Confirmation = Type.Object(
  {
    lines: optional(
      Type.Array(Id, { minItems: 1, maxItems: mostNamed, description: "all that were exported when absent" }),
    ),
  },
  strict,
);

const RotationAnswer = Type.Object({
  id: Type.String(),
  state: Type.Enum([...rotationStates]),
  reason: optional(Type.String({ description: "why it could not go on" })),
  by: Type.String(),
  startedAt: Type.String({ format: "date-time" }),
  through,
  total: Type.Integer(),
  counts: Type.Object(Object.fromEntries(rotationSteps.map((step) => [step, Type.Integer()]))),
});
type RotationAnswer = Static<typeof RotationAnswer>;

const Phone = Type.Object({
  mac: Type.String(),
  state: Type.Enum([...syncStates, "skipped"], { description: "`up-to-date`: it has the new secret" }),
  reason: optional(Type.String()),
});

const RotationDetails = Type.Object({
  ...RotationAnswer.properties,
  lines: Type.Array(
    Type.Object({
      line: Type.String(),
      extension: optional(Type.String({ description: "absent where the line was removed" })),
      state: Type.Enum([...rotationSteps]),
      reason: optional(Type.String()),
      campaign: optional(Type.String({ description: "the one that told its phones last" })),
      devices: Type.Array(Phone, { description: "from when the line has the new secret" }),
    }),
  ),
});

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const tags = ["lines"];
const url = "/rotations/:id";

const order: Order<RotationAnswer> = {
  sorts: { startedAt: { key: ({ startedAt }) => startedAt }, state: { key: ({ state }) => state } },
  usual: "-startedAt",
  id: ({ id }) => id,
};

export function rotationRoutes(server: AdminServer, parts: AdminParts): void {
  listRoutes(server, parts);
  detailRoute(server, parts);
  exportRoute(server, parts);
  orderRoutes(server, parts);
}

function listRoutes(server: AdminServer, { rotations }: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), { state: optional(Type.Enum([...rotationStates])) });
  const list = { tags, summary: "Rotations of secrets", querystring, response: { 200: pageOf(RotationAnswer) } };
  server.get("/rotations", { schema: list }, async (request) => {
    const { state, ...query } = request.query;
    const matches = searchFor(query.q);
    const all = (await rotations.list(visitOf(request).organization)).map(view);
    const found = all.filter((each) => matches([each.id, each.by]) && (state === undefined || each.state === state));
    return page(found, query, order);
  });
  const summary = "Makes new secrets for lines; nobody has them until they are exported or written to the PBX";
  const start = { tags, summary, body: NewRotation, response: { 201: RotationAnswer } };
  server.post("/rotations", { schema: start }, async (request, reply) => {
    const started = await rotations.start(editOf(request), request.body);
    reply.code(201).header("location", `/api/v1/rotations/${started.id}`);
    return view(started);
  });
}

function detailRoute(server: AdminServer, { rotations }: AdminParts): void {
  const summary = "A rotation, with the step of each line and where its phones stand";
  const schema = { tags, summary, params, response: { 200: RotationDetails } };
  server.get(url, { schema }, async (request) => {
    return detailsOf(await rotations.read(visitOf(request).organization, request.params.id));
  });
}

const contentTypes = { csv: "text/csv; charset=utf-8; header=present", pjsip: "text/plain; charset=utf-8" } as const;

function exportRoute(server: AdminServer, { rotations }: AdminParts): void {
  const format = Type.Enum([...exportFormats], { description: "`pjsip`: sections of type auth for Asterisk" });
  const text = { schema: Type.String() };
  const schema = {
    tags,
    summary: "The new secrets in the clear, for the PBX; audited, and only until the PBX has them",
    params,
    querystring: Type.Object({ format }, strict),
    response: { 200: { description: "The file", content: { "text/csv": text, "text/plain": text } } },
  };
  // A HEAD would count as an export.
  server.get(`${url}/export`, { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params;
    const { format: asked } = request.query;
    const written = await rotations.export(editOf(request), id, asked);
    const name = `rotation-${id}.${asked === "csv" ? "csv" : "conf"}`;
    return reply
      .header("content-disposition", `attachment; filename="${name}"`)
      .type(contentTypes[asked])
      .send(written);
  });
}

function orderRoutes(server: AdminServer, { rotations }: AdminParts): void {
  const response = { 202: RotationAnswer };
  const confirm = {
    tags,
    summary: "The PBX has the new secrets: phones are told",
    params,
    body: Confirmation,
    response,
  };
  server.post(`${url}/confirm`, { schema: confirm }, async (request, reply) => {
    reply.code(202);
    return view(await rotations.confirm(editOf(request), request.params.id, request.body.lines));
  });
  const resume = {
    tags,
    summary: "Tries again what failed, and tells phones again that did not come",
    params,
    response,
  };
  server.post(`${url}/resume`, { schema: resume }, async (request, reply) => {
    reply.code(202);
    return view(await rotations.resume(editOf(request), request.params.id));
  });
  const cancel = { tags, summary: "Lines that the PBX was not told of keep their secrets", params, response };
  server.post(`${url}/cancel`, { schema: cancel }, async (request, reply) => {
    reply.code(202);
    return view(await rotations.cancel(editOf(request), request.params.id));
  });
}

function view({ id, state, reason, by, startedAt, through: way, total, counts }: ListedRotation): RotationAnswer {
  return { id, state, ...(reason !== undefined && { reason }), by, startedAt, through: way, total, counts };
}

function detailsOf(rotation: WholeRotation): Static<typeof RotationDetails> {
  const lines = rotation.lines.map((line) => ({ ...line, devices: line.devices.map((device) => ({ ...device })) }));
  return { ...view(rotation), lines };
}
