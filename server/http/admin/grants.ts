import Type, { type Static } from "typebox";
import { Failure } from "../../domain/failures.ts";
import { type Grant, grantReaches, isInForce, grantKind as kind } from "../../domain/grant.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { plainText } from "../../domain/text.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const NewGrant = Type.Object(
  {
    name: plainText(100, { min: 1, description: "whom it is for; the audit calls them `grant:` and this name" }),
    may: Type.Optional(Type.Enum([...grantReaches], { default: "read" })),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440, default: 60 })),
  },
  { additionalProperties: false },
);

const time = Type.String({ format: "date-time" });

const GrantAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  may: Type.Enum([...grantReaches]),
  createdBy: Type.String(),
  createdAt: time,
  expiresAt: time,
  endedAt: Type.Optional(time),
  endedBy: Type.Optional(
    Type.String({ description: "`schedule` where its time was over, `restore`, or who ended it" }),
  ),
  open: Type.Boolean({ description: "it lets its holder in" }),
  version: Type.Integer(),
});
type GrantAnswer = Static<typeof GrantAnswer>;

const GivenGrant = Type.Object({
  ...GrantAnswer.properties,
  token: Type.String({ description: "for `Authorization: Bearer`; shown this once" }),
});

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const tags = ["grants"];

const order: Order<GrantAnswer> = {
  sorts: {
    open: { key: ({ open, expiresAt }) => `${open ? 1 : 0} ${expiresAt}` },
    createdAt: { key: ({ createdAt }) => createdAt },
    expiresAt: { key: ({ expiresAt }) => expiresAt },
    name: { key: ({ name }) => name, natural: true },
  },
  usual: "-open",
  id: ({ id }) => id,
};

/** Who is let into an organization for a while. No grant reaches these routes. */
export function grantRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  giveRoute(server, parts);
  documentRoutes(server, parts);
}

function listRoute(server: AdminServer, { clock, store }: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), { open: Type.Optional(Type.Boolean()) });
  const schema = { tags, summary: "Grants, open ones first", querystring, response: { 200: pageOf(GrantAnswer) } };
  server.get("/grants", { schema }, async (request) => {
    const { open, ...query } = request.query;
    const matches = searchFor(query.q);
    const all = await store.find<Grant>({ organization: visitOf(request).organization, kind });
    const found = all
      .map((document) => view(document, clock()))
      .filter((each) => open === undefined || each.open === open)
      .filter(({ createdBy, name }) => matches([name, createdBy]));
    return page(found, query, order);
  });
}

function giveRoute(server: AdminServer, { clock, grants }: AdminParts): void {
  const summary = "Lets somebody into the organization for a while";
  const schema = { tags, summary, body: NewGrant, response: { 201: GivenGrant } };
  server.post("/grants", { schema }, async (request, reply) => {
    const { may = "read", minutes = 60, name } = request.body;
    const { grant, token } = await grants.give(editOf(request), { name, may, minutes });
    tagged(reply, grant.version);
    reply.code(201).header("location", `/api/v1/grants/${grant.id}`);
    return { ...view(grant, clock()), token };
  });
}

function documentRoutes(server: AdminServer, { clock, grants, store }: AdminParts): void {
  const url = "/grants/:id";
  const read = { tags, summary: "A grant", params, response: { 200: GrantAnswer } };
  server.get(url, { schema: read }, async (request, reply) => {
    const { id } = request.params;
    const document = await store.get<Grant>({ organization: visitOf(request).organization, kind, id });
    if (!document) throw new Failure("NOT_FOUND", `there is no grant "${id}"`);
    tagged(reply, document.version);
    return view(document, clock());
  });
  const end = { tags, summary: "Ends a grant now", params, response: { 204: Type.Null() } };
  server.delete(url, { schema: end }, async (request, reply) => {
    await grants.end(editOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}

/** A grant without the digest of its token: this is the only way that one gets into an answer. */
function view({ body, version }: StoredDocument<Grant>, now: number): GrantAnswer {
  const { digest: _digest, ...grant } = body;
  return { ...grant, open: isInForce(body, now), version };
}
