import Type, { type Static } from "typebox";
import type { ParameterDifference } from "../../office/changes/parameter-differences.ts";
import { editOf } from "./caller.ts";
import { deviceOf, macOf } from "./device-access.ts";
import { MacParams, Revision } from "./device-schemas.ts";
import { revisionView } from "./device-view.ts";
import { Version } from "./layer-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["devices"];

export const Difference = Type.Object({
  name: Type.String({ description: "vendor name" }),
  before: Type.Optional(Type.String({ description: "absent where it was not there" })),
  after: Type.Optional(Type.String({ description: "absent where it is not there any more" })),
  secret: Type.Optional(Type.Literal(true, { description: "both values are masked; they differ" })),
});

const Listed = Type.Object({
  ...Revision.properties,
  current: Type.Boolean({ description: "what the phone should have" }),
  served: Type.Boolean({ description: "what the phone has completed a fetch of" }),
});

const params = Type.Object({ ...MacParams.properties, n: Type.String({ pattern: "^[1-9][0-9]{0,8}$" }) });

/** What a device was told, who changed it and why, and the way back. */
export function revisionRoutes(server: AdminServer, parts: AdminParts): void {
  listRoute(server, parts);
  differenceRoute(server, parts);
  revertRoute(server, parts);
}

function listRoute(server: AdminServer, parts: AdminParts): void {
  const summary = "Revisions of a device, newest first; the last twenty";
  const answer = { 200: Type.Object({ items: Type.Array(Listed) }) };
  const schema = { tags, summary, params: MacParams, response: answer };
  server.get("/devices/:mac/revisions", { schema }, async (request) => {
    const { organization, body } = await deviceOf(parts, request, request.params);
    const history = await parts.revisions.history(organization, body.mac);
    const { born, served } = await parts.presence.of(organization, body.mac);
    const isHere = born === undefined || born === body.born;
    return {
      items: history.map((revision, at) => ({
        ...revisionView(revision),
        current: at === 0,
        served: isHere && served?.n === revision.n,
      })),
    };
  });
}

function differenceRoute(server: AdminServer, parts: AdminParts): void {
  const Query = Type.Object(
    { against: Type.Optional(Type.Integer({ minimum: 1, description: "another revision; the newest when absent" })) },
    { additionalProperties: false },
  );
  const Answer = Type.Object({
    before: Revision,
    after: Revision,
    sameDocuments: Type.Boolean({
      description: "neither the device nor its lines differ: layers, templates or Offhook made the later one",
    }),
    parameters: Type.Array(Difference, {
      description: "the device and lines of each revision over the layers of today: layers of then are not kept",
    }),
  });
  const summary = "What is different between two revisions of a device";
  const schema = { tags, summary, params, querystring: Query, response: { 200: Answer } };
  server.get("/devices/:mac/revisions/:n", { schema }, async (request): Promise<Static<typeof Answer>> => {
    const { organization, body } = await deviceOf(parts, request, request.params);
    const n = Number(request.params.n);
    const found = await parts.revisionDifferences.between(organization, body.mac, n, request.query.against);
    const { before, after, sameDocuments, parameters } = found;
    const [one, other] = [revisionView(before), revisionView(after)];
    return { before: one, after: other, sameDocuments, parameters: differencesView(parameters) };
  });
}

function revertRoute(server: AdminServer, parts: AdminParts): void {
  const dryRun = Type.Optional(Type.Boolean({ description: "only tells what would happen; nothing is changed" }));
  const Body = Type.Object({ dryRun, version: Type.Optional(Version) }, { additionalProperties: false });
  const Answer = Type.Object({
    documents: Type.Array(Type.Object({ kind: Type.String(), id: Type.String() }), {
      description: "what is put back: the device, its lines",
    }),
    parameters: Type.Array(Difference, { description: "between what the phone is told now and then" }),
    exact: Type.Boolean({ description: "the phone is told exactly what it was told at that revision" }),
    since: Type.Array(Revision, {
      description: "later revisions that layers, templates or Offhook made: what these changed stays",
    }),
  });
  const summary = "Puts a device and its lines back as they were at a revision, as a new one";
  const schema = { tags, summary, params, body: Body, response: { 200: Answer } };
  server.post("/devices/:mac/revisions/:n/revert", { schema }, async (request): Promise<Static<typeof Answer>> => {
    const { dryRun: isDryRun = false, version } = request.body;
    const edit = editOf(request, version);
    const done = await parts.revisionReverts.revert(edit, macOf(request.params), Number(request.params.n), {
      dryRun: isDryRun,
    });
    return {
      documents: [...done.documents],
      parameters: differencesView(done.parameters),
      exact: done.exact,
      since: done.since.map(revisionView),
    };
  });
}

export function differencesView(differences: readonly ParameterDifference[]): Static<typeof Difference>[] {
  return differences.map((each) => ({ ...each }));
}
