import Type, { type Static } from "typebox";
import { type SettingDefinition, settingGroups } from "../../domain/settings/definition.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import { carriedSettings } from "./carried.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const layers = ["organization", "site", "preset", "device", "line"] as const;

const Setting = Type.Object({
  name: Type.String(),
  group: Type.String({ description: "heading that it stands under" }),
  title: Type.String(),
  text: Type.String(),
  unit: Type.Optional(Type.String()),
  schema: Type.Unknown({ description: "JSON schema of the value" }),
  default: Type.Optional(Type.Unknown()),
  secret: Type.Boolean({ description: "write-only" }),
  perLine: Type.Boolean({ description: "may differ from line to line of one phone" }),
  layers: Type.Array(Type.String(), { description: "where it can be set" }),
  families: Type.Array(Type.String(), { description: "whose phones can be told" }),
  restarts: Type.Array(Type.String(), { description: "families whose phones restart when it changes" }),
});

const order: Order<SettingDefinition> = {
  sorts: {
    name: { key: ({ name }) => name },
    title: { key: ({ title }) => title, natural: true },
    group: { key: ({ group }) => String(settingGroups.indexOf(group)).padStart(2, "0") },
  },
  usual: "name",
  id: ({ name }) => name,
};

export function settingRoutes(server: AdminServer, parts: AdminParts): void {
  const told = familiesBySetting(parts);
  server.get(
    "/settings",
    {
      schema: {
        tags: ["catalogue"],
        summary: "Settings that layers are made of",
        querystring: pageQuery(["name", "title", "group"], {}),
        response: { 200: pageOf(Setting) },
      },
    },
    ({ query }) => {
      const matches = searchFor(query.q);
      const found = [...settingDefinitions.values()].filter(({ name, title, text }) => matches([name, title, text]));
      const { items, ...rest } = page(found, query, order);
      return { ...rest, items: items.map((each) => view(each, told(each.name))) };
    },
  );
}

type Told = Pick<Static<typeof Setting>, "families" | "restarts">;

/** Which families are told a setting, by some model at least, and which of them restart for it. */
function familiesBySetting(parts: AdminParts): (name: string) => Told {
  const { families, models } = parts.catalogue;
  const known = families.map(({ id, mapping }) => ({
    id,
    carried: new Set(
      models.filter(({ family }) => family === id).flatMap((model) => [...carriedSettings(parts, model).carried]),
    ),
    restarting: new Set(mapping.filter(({ restarts }) => restarts).flatMap(({ from }) => from ?? [])),
  }));
  return (name) => {
    const told = known.filter(({ carried }) => carried.has(name));
    const restarting = told.filter((family) => family.restarting.has(name));
    return { families: told.map(({ id }) => id), restarts: restarting.map(({ id }) => id) };
  };
}

function view(definition: SettingDefinition, told: Told): Static<typeof Setting> {
  const { name, group, title, text, unit, schema, secret = false, perLine = false } = definition;
  return {
    name,
    group,
    title,
    text,
    ...(unit !== undefined && { unit }),
    schema,
    ...(definition.default !== undefined && { default: definition.default }),
    secret,
    perLine,
    layers: [...(definition.layers ?? layers.filter((layer) => layer !== "line" || perLine))],
    ...told,
  };
}
