import Type, { type Static } from "typebox";
import { Id } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { type Delivery, type Webhook, type WebhookEvent, webhookEvents } from "../../domain/webhook.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { Version } from "./layer-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const strict = { additionalProperties: false } as const;
const eventNames = Object.keys(webhookEvents) as WebhookEvent[];
const meanings = Object.entries(webhookEvents).map(([name, text]) => `${name}: ${text}`);
const url = Type.String({ minLength: 1, maxLength: 2000 });
const events = Type.Array(Type.Enum(eventNames), { minItems: 1, maxItems: eventNames.length, uniqueItems: true });
const secret = Type.String({ minLength: 16, maxLength: 200, pattern: "^[!-~]+$", description: "printable ASCII" });

const NewWebhook = Type.Object(
  {
    url,
    events: { ...events, description: meanings.join("; ") },
    secret: Type.Optional({ ...secret, description: "made when absent" }),
    enabled: Type.Optional(Type.Boolean()),
    site: Type.Optional(Id),
  },
  strict,
);

const WebhookPatch = Type.Object(
  {
    url: Type.Optional(url),
    events: Type.Optional(events),
    secret: Type.Optional(secret),
    enabled: Type.Optional(Type.Boolean()),
    site: Type.Optional(Type.Union([Id, Type.Null()])),
    version: Type.Optional(Version),
  },
  strict,
);

const Answer = Type.Object({
  id: Type.String(),
  url: Type.String(),
  events: Type.Array(Type.String()),
  secret: Type.String({ description: "shown once, in the answer to what adds it" }),
  enabled: Type.Boolean(),
  site: Type.Optional(Type.String()),
  waiting: Type.Integer({ description: "deliveries that were not taken yet" }),
  dropped: Type.Integer({ description: "deliveries that newer ones pushed out" }),
  version: Type.Integer(),
});
type WebhookAnswer = Static<typeof Answer>;

const attempt = {
  status: Type.Optional(Type.Integer({ description: "what was answered" })),
  error: Type.Optional(Type.String({ description: "why nothing was" })),
  tookMs: Type.Optional(Type.Integer()),
};
const DeliveryAnswer = Type.Object({
  id: Type.String(),
  at: Type.String(),
  event: Type.String(),
  state: Type.Enum(["waiting", "taken", "given-up"]),
  attempt: Type.Integer({ description: "how often it was tried" }),
  triedAt: Type.Optional(Type.String()),
  ...attempt,
  nextTry: Type.Optional(Type.String()),
});
type DeliveryAnswer = Static<typeof DeliveryAnswer>;

const params = Type.Object({ id: Type.String() });
const tags = ["webhooks"];
const path = "/webhooks/:id";

const order: Order<WebhookAnswer> = { sorts: { url: { key: (hook) => hook.url } }, usual: "url", id: ({ id }) => id };
const logOrder: Order<DeliveryAnswer> = { sorts: { at: { key: ({ at }) => at } }, usual: "-at", id: ({ id }) => id };

/** Whom Offhook tells of what happens. */
export function webhookRoutes(server: AdminServer, parts: AdminParts): void {
  listRoutes(server, parts);
  documentRoutes(server, parts);
  deliveryRoutes(server, parts);
}

function listRoutes(server: AdminServer, parts: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), {});
  const list = { tags, summary: "Web hooks", querystring, response: { 200: pageOf(Answer) } };
  server.get("/webhooks", { schema: list }, async (request) => {
    const { organization } = visitOf(request);
    const matches = searchFor(request.query.q);
    const all = await parts.store.find<Webhook>({ organization, kind: "webhook" });
    const found = await Promise.all(all.map((document) => view(parts, document)));
    return page(
      found.filter((hook) => matches([hook.url, hook.site])),
      request.query,
      order,
    );
  });
  const add = { tags, summary: "Adds a web hook; the answer shows its secret once", body: NewWebhook };
  server.post("/webhooks", { schema: { ...add, response: { 201: Answer } } }, async (request, reply) => {
    const { hook, secret: shown } = await parts.webhooks.add(editOf(request), request.body);
    tagged(reply, hook.version);
    reply.code(201).header("location", `/api/v1/webhooks/${hook.id}`);
    return { ...(await view(parts, hook)), secret: shown };
  });
}

function documentRoutes(server: AdminServer, parts: AdminParts): void {
  const read = { tags, summary: "A web hook", params, response: { 200: Answer } };
  server.get(path, { schema: read }, async (request, reply) => {
    const hook = await parts.webhooks.read(visitOf(request).organization, request.params.id);
    tagged(reply, hook.version);
    return await view(parts, hook);
  });
  const change = { tags, summary: "Changes a web hook", params, body: WebhookPatch, response: { 200: Answer } };
  server.patch(path, { schema: change }, async (request, reply) => {
    const { version, ...patch } = request.body;
    const hook = await parts.webhooks.change(editOf(request, version), request.params.id, patch);
    tagged(reply, hook.version);
    return await view(parts, hook);
  });
  const remove = { tags, summary: "Removes a web hook, with what waits", params, response: { 204: Type.Null() } };
  server.delete(path, { schema: remove }, async (request, reply) => {
    await parts.webhooks.remove(editOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}

function deliveryRoutes(server: AdminServer, parts: AdminParts): void {
  const test = { tags, summary: "Sends an event `test` now, once", params, response: { 200: Type.Object(attempt) } };
  server.post(`${path}/test`, { schema: test }, async (request) => {
    const { at: _at, ...outcome } = await parts.outbox.test(visitOf(request).organization, request.params.id);
    return outcome;
  });
  const querystring = pageQuery(Object.keys(logOrder.sorts), {});
  const log = { tags, summary: "What was sent, and what waits", params, querystring };
  server.get(
    `${path}/deliveries`,
    { schema: { ...log, response: { 200: pageOf(DeliveryAnswer) } } },
    async (request) => {
      const { organization } = visitOf(request);
      const { id } = await parts.webhooks.read(organization, request.params.id);
      const matches = searchFor(request.query.q);
      const found = (await parts.outbox.log(organization, id)).map(deliveryView);
      return page(
        found.filter(({ error, event }) => matches([event, error])),
        request.query,
        logOrder,
      );
    },
  );
}

async function view({ masking, outbox }: AdminParts, hook: StoredDocument<Webhook>): Promise<WebhookAnswer> {
  const { body, organization, id, version } = hook;
  return {
    ...body,
    events: [...body.events],
    secret: masking.mask,
    ...(await outbox.counts(organization, id)),
    version,
  };
}

function deliveryView({ id, body }: StoredDocument<Delivery>): DeliveryAnswer {
  const { at, attempts, last, nextAt, type } = body;
  const time = (ms: number) => new Date(ms).toISOString();
  const isTaken = last?.status !== undefined && last.status >= 200 && last.status < 300;
  const ended = isTaken ? "taken" : "given-up";
  const { at: triedAt, ...outcome } = last ?? {};
  return {
    id,
    at: time(at),
    event: type,
    state: nextAt === undefined ? ended : "waiting",
    attempt: attempts,
    ...(triedAt !== undefined && { triedAt: time(triedAt) }),
    ...outcome,
    ...(nextAt !== undefined && { nextTry: time(nextAt) }),
  };
}
