import Type from "typebox";
import { dryRun, fit, Report, reportView } from "./bulk-schemas.ts";
import { editOf } from "./caller.ts";
import { macOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import { Version } from "./layer-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const Copy = Type.Object(
  {
    to: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 500, description: "MACs" }),
    what: Type.Array(Type.Enum(["keys", "settings", "raw", "modules", "preset"]), {
      minItems: 1,
      maxItems: 5,
      description: "becomes the same; line keys follow the number of the line",
    }),
    fit,
    dryRun,
    version: Type.Optional(Version),
  },
  { additionalProperties: false },
);

export function deviceCopyRoutes(server: AdminServer, parts: AdminParts): void {
  const schema = {
    tags: ["devices"],
    summary: "Copies what a device has to others, all of them or none",
    params: MacParams,
    body: Copy,
    response: { 200: Report },
  };
  server.post("/devices/:mac/copy", { schema }, async (request) => {
    const { version, ...wish } = request.body;
    return reportView(await parts.copies.copy(editOf(request, version), macOf(request.params), wish));
  });
}
