import Type, { type Static } from "typebox";
import { Id } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { type EnrolmentWindow, isOpen } from "../../domain/window.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const NewWindow = Type.Object(
  {
    devices: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 5000 })),
    site: Type.Optional(Id),
    model: Type.Optional(Type.String({ maxLength: 100 })),
    all: Type.Optional(Type.Literal(true)),
    minutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: "devices it takes in at most" })),
    networks: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 100 })),
  },
  { additionalProperties: false, description: "exactly one of devices, site, model, all says whom it takes in" },
);

const Window = Type.Object({
  id: Type.String(),
  devices: Type.Optional(Type.Array(Type.String())),
  site: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
  all: Type.Optional(Type.Literal(true)),
  opensAt: Type.String(),
  closesAt: Type.String(),
  count: Type.Optional(Type.Integer()),
  networks: Type.Optional(Type.Array(Type.String())),
  openedBy: Type.String(),
  open: Type.Boolean(),
  taken: Type.Integer({ description: "devices it took in" }),
  version: Type.Integer(),
});
type WindowAnswer = Static<typeof Window>;

const params = Type.Object({ id: Type.String() });
const tags = ["enrolment"];
const kind = "enrolment-window";

const order: Order<WindowAnswer> = {
  sorts: {
    open: { key: ({ open, closesAt }) => `${open ? 1 : 0} ${closesAt}` },
    closesAt: { key: ({ closesAt }) => closesAt },
  },
  usual: "-open",
  id: ({ id }) => id,
};

export function enrolmentWindowRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  addRoute(server, parts);
  documentRoutes(server, parts);
}

function listRoute(server: AdminServer, parts: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), { open: Type.Optional(Type.Boolean()) });
  const schema = {
    tags,
    summary: "Enrolment windows, open ones first",
    querystring,
    response: { 200: pageOf(Window) },
  };
  server.get("/enrolment-windows", { schema }, async (request) => {
    const { open, ...query } = request.query;
    const matches = searchFor(query.q);
    const { organization } = visitOf(request);
    const all = await parts.store.find<EnrolmentWindow>({ organization, kind });
    const found = all
      .map((document) => view(parts, document))
      .filter((each) => open === undefined || each.open === open)
      .filter(({ site, model, devices = [] }) => matches([site, model, ...devices]));
    return page(found, query, order);
  });
}

function addRoute(server: AdminServer, parts: AdminParts): void {
  const schema = { tags, summary: "Opens an enrolment window", body: NewWindow, response: { 201: Window } };
  server.post("/enrolment-windows", { schema }, async (request, reply) => {
    const written = await parts.enrolment.open(editOf(request), request.body);
    tagged(reply, written.version);
    reply.code(201).header("location", `/api/v1/enrolment-windows/${written.id}`);
    return view(parts, written);
  });
}

function documentRoutes(server: AdminServer, parts: AdminParts): void {
  const url = "/enrolment-windows/:id";
  const read = { tags, summary: "An enrolment window", params, response: { 200: Window } };
  server.get(url, { schema: read }, async (request, reply) => {
    const { id } = request.params;
    const { organization } = visitOf(request);
    const document = await parts.store.get<EnrolmentWindow>({ organization, kind, id });
    if (!document) throw new Failure("NOT_FOUND", `there is no enrolment window "${id}"`);
    tagged(reply, document.version);
    return view(parts, document);
  });
  const close = { tags, summary: "Closes an enrolment window", params, response: { 204: Type.Null() } };
  server.delete(url, { schema: close }, async (request, reply) => {
    await parts.enrolment.close(editOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}

function view({ clock, windows }: AdminParts, { body, version }: StoredDocument<EnrolmentWindow>): WindowAnswer {
  const { devices, networks, ...window } = body;
  return {
    ...window,
    ...(devices && { devices: [...devices] }),
    ...(networks && { networks: [...networks] }),
    open: isOpen(body, clock()),
    taken: windows.taken(body),
    version,
  };
}
