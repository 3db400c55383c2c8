import Type, { type Static } from "typebox";
import type { SettingDefinition } from "../../domain/settings/definition.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import { carriedSettings } from "./carried.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const layers = ["organization", "site", "preset", "device", "line"] as const;

const Setting = Type.Object({
  name: Type.String(),
  title: Type.String(),
  text: Type.String(),
  unit: Type.Optional(Type.String()),
  schema: Type.Unknown({ description: "JSON schema of the value" }),
  default: Type.Optional(Type.Unknown()),
  secret: Type.Boolean({ description: "write-only" }),
  perLine: Type.Boolean({ description: "may differ from line to line of one phone" }),
  layers: Type.Array(Type.String(), { description: "where it can be set" }),
  families: Type.Array(Type.String(), { description: "whose phones can be told" }),
});

const order: Order<SettingDefinition> = {
  sorts: { name: { key: ({ name }) => name }, title: { key: ({ title }) => title, natural: true } },
  usual: "name",
  id: ({ name }) => name,
};

export function settingRoutes(server: AdminServer, parts: AdminParts): void {
  const { families, models } = parts.catalogue;
  const carried = families.map(({ id }) => {
    const told = models
      .filter(({ family }) => family === id)
      .flatMap((model) => [...carriedSettings(parts, model).carried]);
    return { id, names: new Set(told) };
  });
  const carriers = (name: string) => carried.flatMap(({ id, names }) => (names.has(name) ? [id] : []));
  server.get(
    "/settings",
    {
      schema: {
        tags: ["catalogue"],
        summary: "Settings that layers are made of",
        querystring: pageQuery(["name", "title"], {}),
        response: { 200: pageOf(Setting) },
      },
    },
    ({ query }) => {
      const matches = searchFor(query.q);
      const found = [...settingDefinitions.values()].filter(({ name, title, text }) => matches([name, title, text]));
      const { items, ...rest } = page(found, query, order);
      return { ...rest, items: items.map((each) => view(each, carriers(each.name))) };
    },
  );
}

function view(definition: SettingDefinition, families: string[]): Static<typeof Setting> {
  const { name, title, text, unit, schema, secret = false, perLine = false } = definition;
  return {
    name,
    title,
    text,
    ...(unit !== undefined && { unit }),
    schema,
    ...(definition.default !== undefined && { default: definition.default }),
    secret,
    perLine,
    layers: [...(definition.layers ?? layers.filter((layer) => layer !== "line" || perLine))],
    families,
  };
}
