import Type from "typebox";
import type { AdminParts, AdminServer } from "./parts.ts";

const Status = Type.Object({ status: Type.Literal("ok") });
const tags = ["server"];

/** For what watches over the process; open, and telling nothing of the phones. */
export function healthRoutes(server: AdminServer, { isReady, metrics }: AdminParts): void {
  const alive = { tags, summary: "Whether the process serves", response: { 200: Status } };
  server.get("/healthz", { schema: alive }, () => ({ status: "ok" as const }));
  const ready = { tags, summary: "Whether the store answers; 503 when not", response: { 200: Status } };
  server.get("/readyz", { schema: ready }, async () => {
    await isReady();
    return { status: "ok" as const };
  });
  const text = { description: "Metrics", content: { "text/plain": { schema: Type.String() } } };
  const measured = { tags, summary: "Metrics in Prometheus's text format", response: { 200: text } };
  server.get("/metrics", { schema: measured }, async (_request, reply) => {
    const { contentType, body } = await metrics();
    return reply.type(contentType).send(body);
  });
}
