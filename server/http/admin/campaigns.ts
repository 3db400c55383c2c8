import Type, { type Static } from "typebox";
import type { CampaignOrder } from "../../campaigns/campaigns.ts";
import { type Campaign, campaignStates, type Target, targetStates } from "../../domain/campaign.ts";
import { Id } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import { pushActions } from "../../domain/push.ts";
import { visitOf } from "./caller.ts";
import { macOf } from "./device-access.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const strict = { additionalProperties: false } as const;
const optional = Type.Optional;
const share = Type.Number({ exclusiveMinimum: 0, maximum: 1 });
const atOnce = Type.Integer({
  minimum: 1,
  maximum: 10_000,
  description: "phones that were told and have not come yet",
});

const Select = Type.Object(
  {
    devices: optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 10_000 })),
    site: optional(Id),
    preset: optional(Id),
    model: optional(Type.String({ maxLength: 100 })),
    all: optional(Type.Literal(true)),
  },
  { ...strict, description: "exactly one of them says whom" },
);

const Pace = Type.Object(
  {
    perSecond: optional(Type.Number({ minimum: 0.01, maximum: 500, description: "20 when absent" })),
    perSite: optional(atOnce),
    perNetwork: optional({ ...atOnce, description: "the same of one /24 of IPv4 or /64 of IPv6" }),
  },
  strict,
);

const Window = Type.Object(
  {
    cron: Type.String({ maxLength: 100, description: "when it opens: five fields, minute first, as 0 22 * * 1-5" }),
    minutes: Type.Integer({ minimum: 1, maximum: 10_080, description: "how long it is open, each time" }),
    zone: Type.String({ minLength: 1, maxLength: 64, description: "time zone that cron is read in, as Europe/Prague" }),
  },
  { ...strict, description: "phones are told only while it is open; who was not told then waits for the next time" },
);

const canary = {
  count: Type.Integer({ minimum: 1, maximum: 1000, description: "phones that are told before the rest" }),
  success: optional({ ...share, description: "share of them that must come; 1 when absent" }),
};

const wishes = {
  action: optional(Type.Enum([...pushActions], { description: "resync when absent" })),
  transport: optional(Type.String({ maxLength: 64, description: "only this way, instead of those in turn" })),
  pace: optional(Pace),
  canary: optional(Type.Object(canary, strict)),
  stopAt: optional({ ...share, description: "share of failures that stops it, once ten are decided" }),
  window: optional(Window),
  critical: optional(
    Type.Boolean({
      description:
        "true: it changes how phones reach their PBX, so every phone is asked and the canary must register again; " +
        "false: nobody proves anything; found out, and asked of those whom it concerns, when absent",
    }),
  ),
  duringCalls: optional(
    Type.Boolean({
      description: "phones in a call are told all the same; when absent they are told after it, where a PBX can tell",
    }),
  ),
  retries: optional(Type.Integer({ minimum: 0, maximum: 10, description: "2 when absent" })),
};

const NewCampaign = Type.Object({ select: Select, ...wishes }, strict);

const Counts = Type.Object(Object.fromEntries(targetStates.map((state) => [state, Type.Integer()])));

const { devices: _devices, ...rest } = Select.properties;

const CampaignAnswer = Type.Object({
  id: Type.String(),
  state: Type.Enum([...campaignStates]),
  reason: optional(Type.String({ description: "what it waits for, or why it was stopped" })),
  by: Type.String(),
  startedAt: Type.String({ format: "date-time" }),
  endedAt: optional(Type.String({ format: "date-time", description: "nothing of it is under way any more" })),
  total: Type.Integer(),
  counts: Counts,
  select: optional(
    Type.Object({ ...rest, all: optional(Type.Boolean()) }, { description: "absent where devices were named" }),
  ),
  ...wishes,
});
type CampaignAnswer = Static<typeof CampaignAnswer>;

const Phone = Type.Object({
  mac: Type.String(),
  state: Type.Enum([...targetStates]),
  reason: optional(Type.String()),
  transport: optional(Type.String()),
  attempts: Type.Integer({ description: "how often it was told" }),
  canary: optional(Type.Literal(true)),
  revision: optional(Type.Integer({ description: "the one that it was told to fetch" })),
  at: optional(Type.String({ format: "date-time", description: "when it was last told" })),
});

const CampaignDetails = Type.Object({
  ...CampaignAnswer.properties,
  devices: Type.Array(Phone, { description: "in the order of their MACs" }),
  nextCursor: Type.Union([Type.Null(), Type.String()], { description: "null on the last page" }),
});

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const tags = ["push"];
const url = "/campaigns/:id";

const order: Order<CampaignAnswer> = {
  sorts: { startedAt: { key: ({ startedAt }) => startedAt }, state: { key: ({ state }) => state } },
  usual: "-startedAt",
  id: ({ id }) => id,
};

export function campaignRoutes(server: AdminServer, parts: AdminParts): void {
  listRoutes(server, parts);
  detailRoute(server, parts);
  for (const each of ["pause", "resume", "cancel"] as const) controlRoute(server, parts, each);
}

function listRoutes(server: AdminServer, { campaigns }: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), {});
  const list = { tags, summary: "Campaigns, newest first", querystring, response: { 200: pageOf(CampaignAnswer) } };
  server.get("/campaigns", { schema: list }, async (request) => {
    const matches = searchFor(request.query.q);
    const all = await campaigns.list(visitOf(request).organization);
    const found = all.map(({ body }) => view(body)).filter(({ id, by, state }) => matches([id, by, state]));
    return page(found, request.query, order);
  });
  const start = {
    tags,
    summary: "Tells many phones to come, at a pace; ends with what became of each",
    body: NewCampaign,
    response: { 201: CampaignAnswer },
  };
  server.post("/campaigns", { schema: start }, async (request, reply) => {
    const { caller, organization } = visitOf(request);
    const { body } = await campaigns.start(organization, request.body, caller.actor);
    reply.code(201).header("location", `/api/v1/campaigns/${body.id}`);
    return view(body);
  });
}

function detailRoute(server: AdminServer, { campaigns }: AdminParts): void {
  const querystring = Type.Object(
    {
      state: optional(Type.Enum([...targetStates], { description: "only phones in this state" })),
      limit: optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
      cursor: optional(Type.String({ maxLength: 40, description: "`nextCursor` of the page before" })),
    },
    strict,
  );
  const read = {
    tags,
    summary: "A campaign, with the result of each phone",
    params,
    querystring,
    response: { 200: CampaignDetails },
  };
  server.get(url, { schema: read }, async (request) => {
    const { organization } = visitOf(request);
    const { cursor, limit = 100, state } = request.query;
    const { body } = await campaigns.read(organization, request.params.id);
    const after = cursor === undefined ? {} : { after: macOf({ mac: cursor }) };
    const wanted = { ...after, ...(state !== undefined && { state }), limit: limit + 1 };
    const found = await campaigns.targets(organization, body.id, wanted);
    const devices = found.slice(0, limit);
    return { ...view(body), devices: devices.map(phoneView), nextCursor: cursorOf(found, devices) };
  });
}

function cursorOf(found: readonly Target[], shown: readonly Target[]): Mac | null {
  return found.length > shown.length ? (shown.at(-1)?.mac ?? null) : null;
}

const summaries: Readonly<Record<CampaignOrder, string>> = {
  pause: "Tells nobody more until it is resumed; who was told is awaited",
  resume: "Goes on with a paused campaign",
  cancel: "Ends a campaign; who was told is awaited, the rest never is",
};

function controlRoute(server: AdminServer, { campaigns }: AdminParts, each: CampaignOrder): void {
  const schema = { tags, summary: summaries[each], params, response: { 200: CampaignAnswer } };
  server.post(`${url}/${each}`, { schema }, async (request) => {
    const { caller, organization } = visitOf(request);
    return view((await campaigns.control(organization, request.params.id, each, caller.actor)).body);
  });
}

function view({
  isPreparing: _isPreparing,
  lease: _lease,
  putBack: _putBack,
  plan,
  select,
  ...campaign
}: Campaign): CampaignAnswer {
  const { canary, pace, window, ...rest } = plan;
  return {
    ...campaign,
    counts: { ...campaign.counts },
    ...(select && { select }),
    ...rest,
    pace: { ...pace },
    ...(canary && { canary: { ...canary } }),
    // What another version stored may say it otherwise; such a campaign can still be seen and cancelled.
    ...(window?.cron !== undefined && { window: { ...window } }),
  };
}

function phoneView({ at, attempts, isCanary, mac, reason, revision, state, transport }: Target): Static<typeof Phone> {
  return {
    mac,
    state,
    attempts,
    ...(reason !== undefined && { reason }),
    ...(transport !== undefined && { transport }),
    ...(isCanary && { canary: isCanary }),
    ...(revision !== undefined && { revision }),
    ...(at !== undefined && { at: new Date(at).toISOString() }),
  };
}
