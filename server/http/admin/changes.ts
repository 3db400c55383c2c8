import Type, { type Static } from "typebox";
import type { ListedChange } from "../../office/changes/changes.ts";
import { editOf, visitOf } from "./caller.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["journal"];
const time = Type.String({ format: "date-time" });

const Change = Type.Object({
  id: Type.String(),
  at: time,
  by: Type.String({ description: "who made it" }),
  action: Type.String({ description: "as the audit names it" }),
  what: Type.Array(Type.Object({ kind: Type.String(), id: Type.String() }), {
    description: "documents that it changed, the first fifty",
  }),
  documents: Type.Integer({ description: "how many it changed" }),
  undoableUntil: Type.Union([Type.Null(), time], { description: "null where it can't be undone, or not any more" }),
  reason: Type.Optional(Type.String({ description: "why it can't be undone" })),
});

const Query = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })) },
  { additionalProperties: false },
);

/** What people changed in the last ten minutes, and the way back. */
export function changeRoutes(server: AdminServer, { changes }: AdminParts): void {
  const list = { tags, summary: "Changes of the last ten minutes, newest first", querystring: Query };
  const answer = { 200: Type.Object({ items: Type.Array(Change) }) };
  server.get("/changes", { schema: { ...list, response: answer } }, async (request) => {
    const found = await changes.list(visitOf(request).organization, request.query.limit ?? 100);
    return { items: found.map(changeView) };
  });
  const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
  const undo = { tags, summary: "Puts everything back as it was before a change", params, response: { 200: Change } };
  server.post("/changes/:id/undo", { schema: undo }, async (request) =>
    changeView(await changes.undo(editOf(request), request.params.id)),
  );
}

function changeView({ id, at, by, action, what, documents, until, reason }: ListedChange): Static<typeof Change> {
  return {
    id,
    at,
    by,
    action,
    what: [...what],
    documents,
    undoableUntil: reason === undefined ? until : null,
    ...(reason !== undefined && { reason }),
  };
}
