import Type from "typebox";
import type { StockedSet } from "../../office/firmware/stock.ts";
import { editOf } from "./caller.ts";
import { FirmwareAnswer, firmwareView } from "./firmware-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const tags = ["firmware"];
const params = Type.Object({ name: Type.String({ maxLength: 200 }) });

const order: Order<StockedSet> = {
  sorts: {
    name: { key: ({ name }) => name, natural: true },
    bytes: { key: ({ bytes }) => String(bytes).padStart(16, "0") },
  },
  usual: "name",
  id: ({ name }) => name,
};

const listQuery = pageQuery(Object.keys(order.sorts), {
  model: Type.Optional(Type.String({ maxLength: 100 })),
  complete: Type.Optional(Type.Boolean()),
});

/** Firmware on the shelf; it belongs to no organization. */
export function firmwareRoutes(server: AdminServer, { firmware }: AdminParts): void {
  const list = {
    tags,
    summary: "Firmware on the shelf",
    querystring: listQuery,
    response: { 200: pageOf(FirmwareAnswer) },
  };
  server.get("/firmware", { schema: list }, async ({ query }) => {
    const matches = searchFor(query.q);
    const found = (await firmware.list()).filter(
      ({ name, models, missing }) =>
        matches([name, ...models]) &&
        (query.model === undefined || models.includes(query.model)) &&
        (query.complete === undefined || query.complete === (missing.length === 0)),
    );
    const { items, ...rest } = page(found, query, order);
    return { ...rest, items: items.map(firmwareView) };
  });
  const read = { tags, summary: "A load and its files", params, response: { 200: FirmwareAnswer } };
  server.get("/firmware/:name", { schema: read }, async ({ params: { name } }) =>
    firmwareView(await firmware.find(name)),
  );
  const remove = {
    tags,
    summary: "Deletes a load that nothing names, with the files that no other load needs",
    params,
    response: { 204: Type.Null() },
  };
  server.delete("/firmware/:name", { schema: remove }, async (request, reply) => {
    await firmware.remove(editOf(request), request.params.name);
    return reply.code(204).send(null);
  });
}
