import Type, { type Static } from "typebox";
import { Failure } from "../../domain/failures.ts";
import type { ModelProfile } from "../../domain/model.ts";
import { Limit, ModelProfile as ModelSchema } from "../../domain/model.ts";
import { carriedSettings } from "./carried.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

const { has, can, firmware } = ModelSchema.properties;

const ListedModel = Type.Object({
  id: Type.String(),
  title: Type.String(),
  vendor: Type.String(),
  family: Type.String(),
  lines: Type.Integer(),
  keys: Type.Integer(),
  modules: Type.Object({ most: Type.Integer(), types: Type.Array(Type.String()) }),
  screen: has.properties.screen,
});

const File = Type.Object({
  id: Type.String(),
  names: Type.Array(Type.String(), { description: "{mac}, {psn}, {pn} stand for the phone's own" }),
  serves: Type.Enum(["device", "bootstrap", "common", "nothing"]),
  why: Type.Optional(Type.String()),
});

const Model = Type.Object({
  id: Type.String(),
  title: Type.String(),
  vendor: Type.String(),
  family: Type.Object({ id: Type.String(), title: Type.String() }),
  has,
  can,
  limits: Type.Record(Type.String(), Limit, { description: "the family's and the model's, each with its source" }),
  quirks: ModelSchema.properties.quirks,
  firmware,
  defaults: Type.Record(Type.String(), Type.Unknown(), { description: "settings of the layers family and model" }),
  settings: Type.Object({
    carried: Type.Array(Type.String()),
    notOnThisPhone: Type.Array(Type.String()),
  }),
  files: Type.Array(File),
  sources: Type.Array(Type.String()),
});

const order: Order<ModelProfile> = {
  sorts: { id: { key: ({ id }) => id }, title: { key: ({ title }) => title, natural: true } },
  usual: "id",
  id: ({ id }) => id,
};

export function modelRoutes(server: AdminServer, parts: AdminParts): void {
  const { catalogue } = parts;
  const tags = ["catalogue"];
  server.get(
    "/models",
    {
      schema: {
        tags,
        summary: "Models that Offhook knows",
        querystring: pageQuery(["id", "title"], { family: Type.Optional(Type.String()) }),
        response: { 200: pageOf(ListedModel) },
      },
    },
    ({ query }) => {
      const matches = searchFor(query.q);
      const found = catalogue.models.filter(
        ({ id, title, family }) => matches([id, title]) && (query.family === undefined || query.family === family),
      );
      const { items, ...rest } = page(found, query, order);
      return { ...rest, items: items.map(listed) };
    },
  );
  server.get(
    "/models/:vendor/:model",
    {
      schema: {
        tags,
        summary: "A model with its keys, limits and files",
        params: Type.Object({ vendor: Type.String(), model: Type.String() }),
        response: { 200: Model },
      },
    },
    ({ params }) => {
      const model = catalogue.model(`${params.vendor}/${params.model}`);
      if (!model) throw new Failure("NOT_FOUND", `there is no model "${params.vendor}/${params.model}"`);
      return describe(parts, model);
    },
  );
}

function listed({ id, title, vendor, family, has: { lines, keys, modules, screen } }: ModelProfile) {
  return {
    id,
    title,
    vendor,
    family,
    lines,
    keys,
    modules: { most: modules.most, types: Object.keys(modules.types) },
    screen,
  };
}

function describe(parts: AdminParts, model: ModelProfile): Static<typeof Model> {
  const family = parts.catalogue.family(model.family);
  const { id, title, vendor, sources } = model;
  const { carried, notCarried } = carriedSettings(parts, model);
  return {
    id,
    title,
    vendor,
    family: { id: family.id, title: family.title },
    has: model.has,
    can: model.can,
    limits: { ...family.limits, ...model.limits },
    quirks: model.quirks,
    firmware: model.firmware,
    defaults: parts.masking.maskSettings({ ...family.settings, ...model.settings }),
    settings: { carried: [...carried], notOnThisPhone: [...notCarried] },
    files: family.files.map(({ id: file, names, serves, why }) => ({
      id: file,
      names,
      serves,
      ...(why !== undefined && { why }),
    })),
    sources: [...sources, ...family.sources],
  };
}
