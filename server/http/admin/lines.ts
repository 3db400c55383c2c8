import Type, { type Static } from "typebox";
import { Id, type Line, SettingsMap } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { plainText } from "../../domain/text.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { Version } from "./layer-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer, Masking } from "./parts.ts";
import { searchFor } from "./searching.ts";

const extension = Type.String({ pattern: "^[0-9]{2,9}$", description: "2 to 9 digits, unique in the organization" });
const userId = Type.String({
  // The user part of a SIP URI (RFC 3261 section 25.1): what would end or quote it is not in it.
  pattern: '^[^\\s\\p{Cc}\\p{Cs}"<>@:\\\\]{1,127}$',
  description: "SIP user, without blanks; the extension when absent",
});
const authId = plainText(127, { min: 1, description: "name for SIP authentication; the user id when absent" });
const secret = plainText(127, { min: 8, description: "SIP password, write-only; generated when absent" });
const displayName = plainText(100, { min: 1, description: "the extension when absent" });

const NewLine = Type.Object(
  {
    id: Type.Optional(Id),
    extension,
    userId: Type.Optional(userId),
    authId: Type.Optional(authId),
    secret: Type.Optional(secret),
    displayName: Type.Optional(displayName),
    settings: Type.Optional(SettingsMap),
  },
  { additionalProperties: false },
);

export const LinePatch = Type.Object(
  {
    extension: Type.Optional(extension),
    userId: Type.Optional(userId),
    authId: Type.Optional(Type.Union([authId, Type.Null()])),
    secret: Type.Optional(secret),
    displayName: Type.Optional(displayName),
    settings: Type.Optional(SettingsMap),
    version: Type.Optional(Version),
  },
  { additionalProperties: false },
);

const LineAnswer = Type.Object({
  id: Type.String(),
  extension: Type.String(),
  userId: Type.String(),
  authId: Type.Optional(Type.String()),
  hasSecret: Type.Literal(true),
  displayName: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  version: Type.Integer(),
});

const params = Type.Object({ id: Type.String() });
const tags = ["lines"];

const order: Order<StoredDocument<Line>> = {
  sorts: {
    extension: { key: ({ body }) => body.extension, natural: true },
    displayName: { key: ({ body }) => body.displayName, natural: true },
    userId: { key: ({ body }) => body.userId, natural: true },
  },
  usual: "extension",
  id: ({ id }) => id,
};

export function lineRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  documentRoutes(server, parts);
}

function listRoute(server: AdminServer, { lines, masking, store }: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), {});
  const list = { tags, summary: "Lines", querystring, response: { 200: pageOf(LineAnswer) } };
  server.get("/lines", { schema: list }, async (request) => {
    const matches = searchFor(request.query.q);
    const all = await store.find<Line>({ organization: visitOf(request).organization, kind: "line" });
    const found = all.filter(({ body }) => matches([body.extension, body.userId, body.displayName]));
    const { items, ...rest } = page(found, request.query, order);
    return { ...rest, items: items.map((each) => lineView(masking, each)) };
  });
  const add = { tags, summary: "Adds a line", body: NewLine, response: { 201: LineAnswer } };
  server.post("/lines", { schema: add }, async (request, reply) => {
    const written = await lines.add(editOf(request), request.body);
    tagged(reply, written.version);
    reply.code(201).header("location", `/api/v1/lines/${encodeURIComponent(written.id)}`);
    return lineView(masking, written);
  });
}

function documentRoutes(server: AdminServer, { lines, masking, store }: AdminParts): void {
  const url = "/lines/:id";
  const read = { tags, summary: "A line", params, response: { 200: LineAnswer } };
  server.get(url, { schema: read }, async (request, reply) => {
    const { id } = request.params;
    const document = await store.get<Line>({ organization: visitOf(request).organization, kind: "line", id });
    if (!document) throw new Failure("NOT_FOUND", `there is no line "${id}"`);
    tagged(reply, document.version);
    return lineView(masking, document);
  });
  const change = { tags, summary: "Changes a line", params, body: LinePatch, response: { 200: LineAnswer } };
  server.patch(url, { schema: change }, async (request, reply) => {
    const { version, ...given } = request.body;
    const written = await lines.change(editOf(request, version), request.params.id, given);
    tagged(reply, written.version);
    return lineView(masking, written);
  });
  const remove = { tags, summary: "Removes a line that no device has", params, response: { 204: Type.Null() } };
  server.delete(url, { schema: remove }, async (request, reply) => {
    await lines.remove(editOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}

/** A line without its secret: this is the only way that one gets into an answer. */
function lineView({ maskSettings }: Masking, { body, version }: StoredDocument<Line>): Static<typeof LineAnswer> {
  const { id, extension: digits, userId: user, authId: auth, displayName: called, settings } = body;
  return {
    id,
    extension: digits,
    userId: user,
    ...(auth !== undefined && { authId: auth }),
    hasSecret: true,
    displayName: called,
    settings: maskSettings(settings),
    version,
  };
}
