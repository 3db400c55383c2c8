import Type, { type Static } from "typebox";
import { visitOf } from "./caller.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { refusal } from "./validation.ts";

const Entry = Type.Object({
  n: Type.Integer(),
  at: Type.String(),
  actor: Type.String(),
  action: Type.String(),
  kind: Type.String(),
  id: Type.String(),
  detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const Query = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

/** The audit only grows, and nobody counts it: its pages have no `total`. */
const Entries = Type.Object({
  items: Type.Array(Entry),
  nextCursor: Type.Union([Type.Null(), Type.String()]),
});

export function auditRoutes(server: AdminServer, { store }: AdminParts): void {
  const summary = "What people changed, newest first";
  const schema = { tags: ["journal"], summary, querystring: Query, response: { 200: Entries } };
  server.get("/audit", { schema }, async (request): Promise<Static<typeof Entries>> => {
    const { limit = 100, cursor } = request.query;
    const { organization } = visitOf(request);
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const found = await store.readAudit({ organization, limit: limit + 1, ...(before !== undefined && { before }) });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ organization: _, ...entry }) => ({ ...entry })),
      nextCursor: last === undefined || found.length <= limit ? null : writeCursor(last.n),
    };
  });
}

function writeCursor(n: number): string {
  return Buffer.from(String(n)).toString("base64url");
}

function readCursor(cursor: string): number {
  const n = Number(Buffer.from(cursor, "base64url").toString());
  if (Number.isSafeInteger(n) && n >= 0) return n;
  throw refusal([{ pointer: "/cursor", code: "cursor", detail: "is not a cursor of this list" }]);
}
