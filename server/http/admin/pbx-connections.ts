import Type, { type Static } from "typebox";
import { Id } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { type PbxConnection, pbxConnectionKinds } from "../../domain/push.ts";
import { plainText } from "../../domain/text.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { Version } from "./layer-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const strict = { additionalProperties: false } as const;
const host = Type.String({ minLength: 1, maxLength: 253, pattern: "^[A-Za-z0-9_.:-]+$" });
const port = Type.Integer({ minimum: 1, maximum: 65535 });
const kinds = Type.Enum([...pbxConnectionKinds]);
const user = plainText(100);
const secret = plainText(200);
const profile = Type.String({ pattern: "^[A-Za-z0-9_.-]{1,64}$", description: "FreeSWITCH: the Sofia profile" });
const path = Type.String({
  pattern: "^/[A-Za-z0-9/_.-]{0,100}$",
  description: "Kamailio: path of the RPC, /RPC usually",
});
const tls = Type.Boolean();
const fingerprint = Type.String({
  pattern: "^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$",
  description: "SHA-256 of the PBX's certificate, where no authority that the system knows has signed it",
});

const NewConnection = Type.Object(
  {
    kind: kinds,
    host,
    port,
    user: Type.Optional(user),
    secret: Type.Optional(secret),
    tls: Type.Optional(tls),
    fingerprint: Type.Optional(fingerprint),
    site: Type.Optional(Id),
    profile: Type.Optional(profile),
    path: Type.Optional(path),
  },
  strict,
);

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const ConnectionPatch = Type.Object(
  {
    host: Type.Optional(host),
    port: Type.Optional(port),
    user: Type.Optional(user),
    secret: Type.Optional(secret),
    tls: Type.Optional(tls),
    fingerprint: orNull(fingerprint),
    site: orNull(Id),
    profile: orNull(profile),
    path: orNull(path),
    version: Type.Optional(Version),
  },
  strict,
);

const Connection = Type.Object({
  id: Type.String(),
  kind: kinds,
  host: Type.String(),
  port: Type.Integer(),
  user: Type.String(),
  secret: Type.String({ description: "that there is one, never what it is" }),
  tls: Type.Boolean(),
  fingerprint: Type.Optional(Type.String()),
  site: Type.Optional(Type.String()),
  profile: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  version: Type.Integer(),
});
type ConnectionAnswer = Static<typeof Connection>;

const Findings = Type.Object({
  works: Type.Boolean({ description: "phones can be told through it" }),
  findings: Type.Array(Type.Object({ works: Type.Boolean(), what: Type.String(), cure: Type.Optional(Type.String()) })),
});

const params = Type.Object({ id: Type.String() });
const tags = ["push"];
const kind = "pbx-connection";
const url = "/pbx-connections/:id";
const testMs = 20_000;

const order: Order<ConnectionAnswer> = {
  sorts: { host: { key: (connection) => connection.host }, kind: { key: (connection) => connection.kind } },
  usual: "host",
  id: ({ id }) => id,
};

export function pbxConnectionRoutes(server: AdminServer, parts: AdminParts): void {
  listRoutes(server, parts);
  documentRoutes(server, parts);
  testRoute(server, parts);
}

function listRoutes(server: AdminServer, parts: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), {});
  const list = { tags, summary: "Connections to PBXs", querystring, response: { 200: pageOf(Connection) } };
  server.get("/pbx-connections", { schema: list }, async (request) => {
    const { organization } = visitOf(request);
    const matches = searchFor(request.query.q);
    const all = await parts.store.find<PbxConnection>({ organization, kind });
    const found = all
      .map((document) => view(parts, document))
      .filter((each) => matches([each.host, each.kind, each.site]));
    return page(found, request.query, order);
  });
  const add = { tags, summary: "Adds a connection", body: NewConnection, response: { 201: Connection } };
  server.post("/pbx-connections", { schema: add }, async (request, reply) => {
    const written = await parts.connections.add(editOf(request), { user: "", secret: "", ...request.body });
    tagged(reply, written.version);
    reply.code(201).header("location", `/api/v1/pbx-connections/${written.id}`);
    return view(parts, written);
  });
}

function documentRoutes(server: AdminServer, parts: AdminParts): void {
  const read = { tags, summary: "A connection", params, response: { 200: Connection } };
  server.get(url, { schema: read }, async (request, reply) => {
    const document = await connectionOf(parts, request.params.id, visitOf(request).organization);
    tagged(reply, document.version);
    return view(parts, document);
  });
  const change = {
    tags,
    summary: "Changes a connection",
    params,
    body: ConnectionPatch,
    response: { 200: Connection },
  };
  server.patch(url, { schema: change }, async (request, reply) => {
    const { version, ...patch } = request.body;
    const written = await parts.connections.change(editOf(request, version), request.params.id, patch);
    tagged(reply, written.version);
    return view(parts, written);
  });
  const remove = { tags, summary: "Removes a connection", params, response: { 204: Type.Null() } };
  server.delete(url, { schema: remove }, async (request, reply) => {
    await parts.connections.remove(editOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}

function testRoute(server: AdminServer, parts: AdminParts): void {
  const test = { tags, summary: "Tries a connection and says what works", params, response: { 200: Findings } };
  server.post(`${url}/test`, { schema: test }, async (request) => {
    const document = await connectionOf(parts, request.params.id, visitOf(request).organization);
    const side = parts.transports.find(({ pbx }) => pbx?.kind === document.body.kind)?.pbx;
    if (!side) throw new Failure("NOT_FOUND", `no transport speaks ${document.body.kind}`);
    const findings = await side.test(parts.connections.open(document), AbortSignal.timeout(testMs));
    return { works: findings.every(({ works }) => works), findings: findings.map((each) => ({ ...each })) };
  });
}

async function connectionOf({ store }: AdminParts, id: string, organization: string) {
  const document = await store.get<PbxConnection>({ organization, kind, id });
  if (!document) throw new Failure("NOT_FOUND", `there is no connection "${id}"`);
  return document;
}

function view({ masking }: AdminParts, { body, version }: StoredDocument<PbxConnection>): ConnectionAnswer {
  return { ...body, secret: masking.mask, tls: body.tls ?? false, version };
}
