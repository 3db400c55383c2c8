import Type from "typebox";
import type { Stranger } from "../../journal/strangers.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { macPart, searchFor } from "./searching.ts";

const StrangerAnswer = Type.Object({
  mac: Type.String(),
  model: Type.Optional(Type.String({ description: "guessed from what it asked" })),
  family: Type.Optional(Type.String()),
  names: Type.Array(Type.String(), { description: "what it asked for, the last ten different ones" }),
  address: Type.String(),
  userAgent: Type.Optional(Type.String()),
  firmware: Type.Optional(Type.String()),
  firstSeen: Type.String(),
  lastSeen: Type.String(),
  times: Type.Integer(),
});

const order: Order<Stranger> = {
  sorts: { lastSeen: { key: ({ lastSeen }) => lastSeen }, mac: { key: ({ mac }) => mac } },
  usual: "-lastSeen",
  id: ({ mac }) => mac,
};

/** Phones that asked and that nobody has added; they belong to no organization yet. */
export function strangerRoutes(server: AdminServer, { strangers }: AdminParts): void {
  server.get(
    "/strangers",
    {
      schema: {
        tags: ["devices"],
        summary: "Phones that asked and are not known, newest first",
        querystring: pageQuery(Object.keys(order.sorts), {}),
        response: { 200: pageOf(StrangerAnswer) },
      },
    },
    ({ query }) => {
      const matches = searchFor(query.q);
      const part = macPart(query.q);
      const found = strangers
        .list()
        .filter(
          ({ mac, model, address, userAgent, names }) =>
            matches([mac, model, address, userAgent, ...names]) || (part !== undefined && mac.includes(part)),
        );
      const { items, ...rest } = page(found, query, order);
      return { ...rest, items: items.map((stranger) => ({ ...stranger, names: [...stranger.names] })) };
    },
  );
}
