import Type from "typebox";
import type { Mac } from "../../domain/mac.ts";
import type { ListedExchange } from "../../journal/journal.ts";
import { visitOf } from "./caller.ts";
import { deviceOf, macOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import { ExchangeAnswer, exchangeView } from "./exchange-view.ts";
import { type Order, type PageQuery, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { macPart, searchFor } from "./searching.ts";

const order: Order<ListedExchange> = {
  sorts: { at: { key: ({ at }) => at } },
  usual: "-at",
  id: ({ id }) => id,
};

const response = { 200: pageOf(ExchangeAnswer) };

/** What phones asked and were told. */
export function exchangeRoutes(server: AdminServer, parts: AdminParts): void {
  const all = {
    tags: ["journal"],
    summary: "What phones asked and were told, newest first",
    querystring: pageQuery(["at"], { mac: Type.Optional(Type.String({ maxLength: 40 })) }),
    response,
  };
  server.get("/exchanges", { schema: all }, (request) => {
    const { mac, ...query } = request.query;
    return list(parts, visitOf(request).organization, query, mac === undefined ? undefined : macOf({ mac }));
  });
  const own = {
    tags: ["devices"],
    summary: "What a device asked and was told, newest first",
    params: MacParams,
    querystring: pageQuery(["at"], {}),
    response,
  };
  server.get("/devices/:mac/exchanges", { schema: own }, async (request) => {
    const { organization, body } = await deviceOf(parts, request, request.params);
    return list(parts, organization, request.query, body.mac);
  });
}

/** More than the journal keeps. */
const everything = 1_000_000;

function list({ journal }: AdminParts, organization: string, query: PageQuery, mac?: Mac) {
  const matches = searchFor(query.q);
  const part = macPart(query.q);
  const found = journal
    .list({ organization, limit: everything, ...(mac && { mac }) })
    .filter(
      (each) =>
        matches([each.name, each.address, each.mac, each.model, each.outcome, each.userAgent]) ||
        (part !== undefined && each.mac?.includes(part) === true),
    );
  const { items, ...rest } = page(found, query, order);
  return { ...rest, items: items.map(exchangeView) };
}
