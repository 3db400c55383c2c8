import Type from "typebox";
import { visitOf } from "./caller.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const Schedule = Type.Object({
  name: Type.String(),
  text: Type.String({ description: "what it does" }),
  cron: Type.String({ description: "five fields, minute first" }),
  zone: Type.String({ description: "time zone that cron is read in" }),
  enabled: Type.Boolean(),
  running: Type.Boolean({ description: "at this node" }),
  last: Type.Optional(
    Type.Object({
      at: Type.String(),
      outcome: Type.Enum(["done", "failed"]),
      detail: Type.String(),
      tookMs: Type.Integer(),
    }),
  ),
  next: Type.Optional(Type.String({ description: "absent while it is switched off, and where none comes" })),
});

const text = Type.String({ minLength: 1, maxLength: 100 });
const SchedulePatch = Type.Object(
  {
    enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    cron: Type.Optional(Type.Union([text, Type.Null()])),
    zone: Type.Optional(Type.Union([text, Type.Null()])),
  },
  { additionalProperties: false, minProperties: 1, description: "null gives back what Offhook itself says" },
);

const params = Type.Object({ name: Type.String() });
const tags = ["schedules"];
const url = "/schedules/:name";

type Listed = Awaited<ReturnType<AdminParts["schedules"]["list"]>>[number];
const order: Order<Listed> = {
  sorts: { name: { key: ({ name }) => name } },
  usual: "name",
  id: ({ name }) => name,
};

/** What Offhook does of itself; of the whole installation, whatever organization is named. */
export function scheduleRoutes(server: AdminServer, { schedules }: AdminParts): void {
  const querystring = pageQuery(Object.keys(order.sorts), {});
  const list = { tags, summary: "What Offhook does of itself", querystring, response: { 200: pageOf(Schedule) } };
  server.get("/schedules", { schema: list }, async (request) => {
    const matches = searchFor(request.query.q);
    const found = (await schedules.list()).filter(({ name, text }) => matches([name, text]));
    return page(found, request.query, order);
  });
  const read = { tags, summary: "A schedule", params, response: { 200: Schedule } };
  server.get(url, { schema: read }, async (request) => await schedules.of(request.params.name));
  const change = {
    tags,
    summary: "Switches a schedule on or off, or moves it",
    params,
    body: SchedulePatch,
    response: { 200: Schedule },
  };
  server.patch(
    url,
    { schema: change },
    async (request) => await schedules.change(request.params.name, request.body, visitOf(request).caller.actor),
  );
  const run = {
    tags,
    summary: "Does it now, and answers when it is done or failed",
    params,
    response: { 200: Schedule },
  };
  server.post(
    `${url}/run`,
    { schema: run },
    async (request) => await schedules.run(request.params.name, visitOf(request).caller.actor),
  );
}
