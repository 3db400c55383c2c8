import type { Readable } from "node:stream";
import Type from "typebox";
import { visitOf } from "./caller.ts";
import type { EventHub } from "./event-hub.ts";
import type { AdminServer } from "./parts.ts";

/** A live stream of exchanges and changes. */
export function eventRoutes(server: AdminServer, hub: EventHub): void {
  const stream = {
    description: "Server-sent events",
    content: { "text/event-stream": { schema: Type.Unsafe<Readable>({ type: "string" }) } },
  };
  server.get(
    "/events",
    {
      exposeHeadRoute: false,
      schema: {
        tags: ["journal"],
        summary: "Live events: `exchange` for what phones ask, `change` for what people change",
        response: { 200: stream },
      },
    },
    async (request, reply) => {
      const events = hub.open(visitOf(request).organization);
      // The connection is worth nothing after the stream, and a proxy must not collect it.
      reply.header("connection", "close").header("x-accel-buffering", "no");
      return reply.type("text/event-stream").send(events);
    },
  );
}
