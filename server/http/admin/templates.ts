import Type from "typebox";
import { Failure } from "../../domain/failures.ts";
import type { TemplateState } from "../../office/templates/templates.ts";
import { editOf, visitOf } from "./caller.ts";
import { deviceOf } from "./device-access.ts";
import { tagged } from "./etags.ts";
import { maskDesk, maskModelDesk } from "./file-preview.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { searchFor } from "./searching.ts";
import {
  EarlierVersion,
  earlierView,
  ListedTemplate,
  listedView,
  NewTemplate,
  nameOf,
  PreviewedFiles,
  PreviewRequest,
  Revert,
  Template,
  TemplateParams,
  templateView,
} from "./template-schemas.ts";

const tags = ["templates"];
const url = "/templates/:vendor/:family/:file";

const order: Order<TemplateState> = {
  sorts: { name: { key: ({ name }) => name } },
  usual: "name",
  id: ({ name }) => name,
};

/** How files are laid out: what Offhook brings, and what the organization made of it. */
export function templateRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  readRoutes(server, parts);
  changeRoutes(server, parts);
  previewRoute(server, parts);
}

function listRoute(server: AdminServer, { templates }: AdminParts): void {
  const querystring = pageQuery(["name"], { own: Type.Optional(Type.Boolean()) });
  const schema = { tags, summary: "Templates that files are made with", querystring };
  server.get("/templates", { schema: { ...schema, response: { 200: pageOf(ListedTemplate) } } }, async (request) => {
    const { own, q } = request.query;
    const matches = searchFor(q);
    const all = await templates.list(visitOf(request).organization);
    const isWanted = ({ document }: TemplateState) => own === undefined || own === (document?.own !== undefined);
    const found = all.filter((each) => matches([each.name]) && isWanted(each));
    const { items, ...rest } = page(found, request.query, order);
    return { ...rest, items: items.map(listedView) };
  });
}

function readRoutes(server: AdminServer, { templates }: AdminParts): void {
  const read = { tags, summary: "A template with its versions", params: TemplateParams, response: { 200: Template } };
  server.get(url, { schema: read }, async (request, reply) => {
    const { organization } = visitOf(request);
    const state = await templates.read(organization, nameOf(request.params));
    tagged(reply, state.version);
    return await templateView(templates, organization, state);
  });
  const params = Type.Object({ ...TemplateParams.properties, version: Type.String() });
  const earlier = { tags, summary: "An earlier version of a template", params, response: { 200: EarlierVersion } };
  server.get(`${url}/versions/:version`, { schema: earlier }, async (request) => {
    const { version, ...named } = request.params;
    const versions = await templates.earlier(visitOf(request).organization, nameOf(named));
    const found = versions.find((each) => String(each.version) === version);
    if (!found) throw new Failure("NOT_FOUND", `there is no earlier version ${version}`);
    return earlierView(found);
  });
}

function changeRoutes(server: AdminServer, { templates }: AdminParts): void {
  const changed = { tags, params: TemplateParams, response: { 200: Template } };
  const save = { ...changed, summary: "Puts a version of the organization's own in force", body: NewTemplate };
  server.put(url, { schema: save }, async (request, reply) => {
    const { version, ...given } = request.body;
    const edit = editOf(request, version);
    const state = await templates.save(edit, nameOf(request.params), given);
    tagged(reply, state.version);
    return await templateView(templates, edit.organization, state);
  });
  const revert = { ...changed, summary: "Puts an earlier version in force again, as a new one", body: Revert };
  server.post(`${url}/revert`, { schema: revert }, async (request, reply) => {
    const edit = editOf(request);
    const state = await templates.revert(edit, nameOf(request.params), request.body.version);
    tagged(reply, state.version);
    return await templateView(templates, edit.organization, state);
  });
  const remove = { tags, summary: "Goes back to the shipped template", params: TemplateParams };
  server.delete(url, { schema: { ...remove, response: { 204: Type.Null() } } }, async (request, reply) => {
    await templates.remove(editOf(request), nameOf(request.params));
    return reply.code(204).send(null);
  });
}

function previewRoute(server: AdminServer, parts: AdminParts): void {
  const { desks, store, templates } = parts;
  const summary = "Files of a device as a template would make them, with their secrets masked";
  const schema = { tags, summary, params: TemplateParams, body: PreviewRequest, response: { 200: PreviewedFiles } };
  server.post(`${url}/preview`, { schema }, async (request) => {
    const { device: mac, source } = request.body;
    const device = await desks.read(store, await deviceOf(parts, request, { mac }));
    const bootstrap = await desks.bootstrap(store, device.model);
    const masked = { device: maskDesk(parts, device), bootstrap: maskModelDesk(parts, bootstrap) };
    const files = await templates.preview(visitOf(request).organization, nameOf(request.params), masked, source);
    return {
      files: files.map(({ body, contentType, file }) => ({ file, contentType, text: body.toString("utf8") })),
    };
  });
}
