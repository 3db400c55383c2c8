import Type from "typebox";
import { visitOf } from "./caller.ts";
import { deviceOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

/** The phone has 15 seconds; to find its name in DNS takes some as well. */
const patienceMs = 20_000;

export function screenshotRoute(server: AdminServer, parts: AdminParts): void {
  const picture = { schema: Type.Unsafe<Buffer>({ type: "string", format: "binary" }) };
  const schema = {
    tags: ["push"],
    summary: "A picture of the phone's screen, as the phone gives it; audited, since somebody looks at a desk",
    params: MacParams,
    response: { 200: { description: "The picture", content: { "image/*": picture } } },
  };
  // A HEAD would look at the desk as well.
  server.get("/devices/:mac/screenshot", { schema, exposeHeadRoute: false }, async (request, reply) => {
    const device = await deviceOf(parts, request, request.params);
    const { caller } = visitOf(request);
    const signal = AbortSignal.timeout(patienceMs);
    const { contentType, picture: bytes } = await parts.screenshots.take(device, caller.actor, signal);
    return reply.type(contentType).send(bytes);
  });
}
