import Type from "typebox";
import type { LayerDocument } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { editOf, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { Force, Layer, LayerPatch, LayerQuery, layerTrialView, layerView, NewLayer } from "./layer-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";

type LayerKind = "site" | "preset";

const params = Type.Object({ id: Type.String() });
const tags = ["layers"];

const order: Order<StoredDocument<LayerDocument>> = {
  sorts: { id: { key: ({ id }) => id }, name: { key: ({ body }) => body.name, natural: true } },
  usual: "name",
  id: ({ id }) => id,
};

/** Sites and presets: documents with a name that are a layer of settings. */
export function layerRoutes(server: AdminServer, parts: AdminParts): void {
  for (const kind of ["site", "preset"] as const) {
    listRoute(server, parts, kind);
    addRoute(server, parts, kind);
    documentRoutes(server, parts, kind);
  }
}

function listRoute(server: AdminServer, parts: AdminParts, kind: LayerKind): void {
  const { store } = parts;
  const querystring = pageQuery(["id", "name"], {});
  const schema = { tags, summary: `${title(kind)}s`, querystring, response: { 200: pageOf(Layer) } };
  server.get(`/${kind}s`, { schema }, async (request) => {
    const matches = searchFor(request.query.q);
    const { organization } = visitOf(request);
    const all = await store.find<LayerDocument>({ organization, kind });
    const found = all.filter(({ body }) => matches([body.id, body.name]));
    const { items, ...rest } = page(found, request.query, order);
    return { ...rest, items: items.map((each) => layerView(parts, each)) };
  });
}

function addRoute(server: AdminServer, parts: AdminParts, kind: LayerKind): void {
  const { layers } = parts;
  const answer = { 201: Layer };
  const schema = { tags, summary: `Adds a ${kind}`, querystring: Force, body: NewLayer[kind], response: answer };
  server.post(`/${kind}s`, { schema }, async (request, reply) => {
    const written = await layers.add(editOf(request), kind, { ...request.body, ...forced(request.query) });
    tagged(reply, written.version);
    reply.code(201).header("location", `/api/v1/${kind}s/${encodeURIComponent(written.id)}`);
    return layerView(parts, written);
  });
}

function documentRoutes(server: AdminServer, parts: AdminParts, kind: LayerKind): void {
  const { layers, layerTrials, store } = parts;
  const url = `/${kind}s/:id`;
  const read = { tags, summary: `A ${kind}`, params, response: { 200: Layer } };
  server.get(url, { schema: read }, async (request, reply) => {
    const { id } = request.params;
    const document = await store.get<LayerDocument>({ organization: visitOf(request).organization, kind, id });
    if (!document) throw new Failure("NOT_FOUND", `there is no ${kind} "${id}"`);
    tagged(reply, document.version);
    return layerView(parts, document);
  });
  const change = { ...read, summary: `Changes a ${kind}`, querystring: LayerQuery, body: LayerPatch[kind] };
  server.patch(url, { schema: change }, async (request, reply) => {
    const { version, ...given } = request.body;
    const { dryRun } = request.query;
    const asked = [editOf(request, version), kind, request.params.id, { ...given, ...forced(request.query) }] as const;
    if (dryRun) return layerTrialView(parts, await layerTrials.try(...asked));
    const written = await layers.change(...asked);
    tagged(reply, written.version);
    return layerView(parts, written);
  });
  const remove = { tags, summary: `Removes a ${kind} that no device uses`, params, response: { 204: Type.Null() } };
  server.delete(url, { schema: remove }, async (request, reply) => {
    await layers.remove(editOf(request), kind, request.params.id);
    return reply.code(204).send(null);
  });
}

function forced({ force }: { readonly force?: boolean }): { force?: true } {
  return force === true ? { force } : {};
}

function title(kind: LayerKind): string {
  return kind === "site" ? "Site" : "Preset";
}
