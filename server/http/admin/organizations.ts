import Type from "typebox";
import type { LayerDocument } from "../../domain/device.ts";
import { editOf, requireOrganization, type Visit, visitOf } from "./caller.ts";
import { tagged } from "./etags.ts";
import { Layer, LayerQuery, layerTrialView, layerView, OrganizationPatch } from "./layer-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const params = Type.Object({ id: Type.String() });
const tags = ["layers"];

/** The organization in the path counts here, not the one in the header; the operator may name any, a grant its own. */
export function organizationRoutes(server: AdminServer, parts: AdminParts): void {
  const { layers, layerTrials, store } = parts;

  async function read({ caller }: Visit, id: string) {
    await requireOrganization(parts, caller, id);
    const document = await store.get<LayerDocument>({ organization: id, kind: "organization", id });
    if (!document) throw new Error(`organization ${id} went while it was read`);
    return document;
  }

  for (const [url, summary] of [
    ["/organizations/:id", "An organization"],
    ["/organizations/:id/settings", "Settings of the layer organization"],
  ] as const) {
    server.get(url, { schema: { tags, summary, params, response: { 200: Layer } } }, async (request, reply) => {
      const document = await read(visitOf(request), request.params.id);
      tagged(reply, document.version);
      return layerView(parts, document);
    });
  }
  server.patch(
    "/organizations/:id/settings",
    {
      schema: {
        tags,
        summary: "Changes settings of the layer organization",
        params,
        querystring: LayerQuery,
        body: OrganizationPatch,
        response: { 200: Layer },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { version, ...given } = request.body;
      const { dryRun, force = false } = request.query;
      await requireOrganization(parts, visitOf(request).caller, id);
      const edit = { ...editOf(request, version), organization: id };
      const asked = [edit, "organization", id, { ...given, ...(force && { force }) }] as const;
      if (dryRun) return layerTrialView(parts, await layerTrials.try(...asked));
      const written = await layers.change(...asked);
      tagged(reply, written.version);
      return layerView(parts, written);
    },
  );
}
