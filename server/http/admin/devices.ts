import type { FastifyReply } from "fastify";
import Type from "typebox";
import { type Device, deviceStates, Id, type Line } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { syncStates } from "../../domain/sync.ts";
import { editOf, visitOf } from "./caller.ts";
import { deviceOf, macOf } from "./device-access.ts";
import { type KnownDevice, knowDevice, knowDevices } from "./device-facts.ts";
import { DeviceAnswer, DevicePatch, ListedDevice, MacParams, NewDevice } from "./device-schemas.ts";
import { deskView, deviceView } from "./device-view.ts";
import { tagged } from "./etags.ts";
import { Force } from "./layer-schemas.ts";
import { type Order, page, pageOf, pageQuery } from "./paging.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { macPart, searchFor } from "./searching.ts";

const tags = ["devices"];

const order: Order<KnownDevice> = {
  sorts: {
    mac: { key: ({ document }) => document.id },
    label: { key: ({ document }) => document.body.label ?? "", natural: true },
    site: { key: ({ document }) => document.body.site, natural: true },
    lastSeen: { key: ({ presence }) => presence.lastSeen ?? "" },
  },
  usual: "mac",
  id: ({ document }) => document.id,
};

const listQuery = pageQuery(Object.keys(order.sorts), {
  site: Type.Optional(Id),
  model: Type.Optional(Type.String({ maxLength: 100 })),
  state: Type.Optional(Type.Enum([...deviceStates])),
  sync: Type.Optional(Type.Enum([...syncStates])),
});

export function deviceRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  addRoute(server, parts);
  documentRoutes(server, parts);
}

function listRoute(server: AdminServer, parts: AdminParts): void {
  const schema = { tags, summary: "Devices", querystring: listQuery, response: { 200: pageOf(ListedDevice) } };
  server.get("/devices", { schema }, async (request) => {
    const { query } = request;
    const { organization } = visitOf(request);
    const all = await knowDevices(parts, organization);
    const isFound = await searchDevices(parts, organization, query.q);
    const found = all.filter((known) => isWanted(known, query) && isFound(known.document.body));
    const { items, ...rest } = page(found, query, order);
    return { ...rest, items: items.map((known) => deviceView(parts, known)) };
  });
}

type Filters = { [Name in "site" | "model" | "state" | "sync"]?: string };

function isWanted({ document: { body }, sync }: KnownDevice, filters: Filters): boolean {
  const facts = { site: body.site, model: body.model, state: body.state, sync: sync.state };
  return (Object.keys(facts) as (keyof Filters)[]).every(
    (name) => filters[name] === undefined || filters[name] === facts[name],
  );
}

/** By MAC in any form, label, serial, model, or the extension of one of its lines. */
export async function searchDevices({ store }: AdminParts, organization: string, q: string | undefined) {
  const matches = searchFor(q);
  const part = macPart(q);
  const lines = q === undefined ? [] : await store.find<Line>({ organization, kind: "line" });
  const extensions = new Map(lines.map(({ id, body }) => [id, body.extension]));
  return ({ mac, label, serial, model, lines: ids }: Device) =>
    matches([label, serial, model, ...ids.map((id) => extensions.get(id))]) ||
    (part !== undefined && mac.includes(part));
}

function addRoute(server: AdminServer, parts: AdminParts): void {
  const answer = { 201: DeviceAnswer };
  const schema = { tags, summary: "Adds a device", querystring: Force, body: NewDevice, response: answer };
  server.post("/devices", { schema }, async (request, reply) => {
    const { mac, ...given } = request.body;
    const written = await parts.devices.add(editOf(request), mac, { ...given, ...forced(request.query) });
    reply.code(201).header("location", `/api/v1/devices/${written.id}`);
    return await answerDevice(parts, reply, written);
  });
}

function documentRoutes(server: AdminServer, parts: AdminParts): void {
  const url = "/devices/:mac";
  const read = { tags, summary: "A device", params: MacParams, response: { 200: DeviceAnswer } };
  server.get(url, { schema: read }, async (request, reply) => {
    const device = await deviceOf(parts, request, request.params);
    const [answer, registration] = await Promise.all([
      answerDevice(parts, reply, device),
      parts.registrations.seen(device),
    ]);
    return { ...answer, ...(registration && { registration }) };
  });
  const change = { ...read, summary: "Changes a device", querystring: Force, body: DevicePatch };
  server.patch(url, { schema: change }, async (request, reply) => {
    const { version, ...given } = request.body;
    const edit = editOf(request, version);
    const written = await parts.devices.change(edit, macOf(request.params), { ...given, ...forced(request.query) });
    return await answerDevice(parts, reply, written);
  });
  const remove = { tags, summary: "Removes a device", params: MacParams, response: { 204: Type.Null() } };
  server.delete(url, { schema: remove }, async (request, reply) => {
    await parts.devices.remove(editOf(request), macOf(request.params));
    return reply.code(204).send(null);
  });
}

function forced({ force }: { readonly force?: boolean }): { force?: true } {
  return force === true ? { force } : {};
}

async function answerDevice(parts: AdminParts, reply: FastifyReply, document: StoredDocument<Device>) {
  tagged(reply, document.version);
  const [known, desk] = await Promise.all([knowDevice(parts, document), parts.desks.read(parts.store, document)]);
  return deskView(parts, known, desk);
}
