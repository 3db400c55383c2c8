import Type, { type Static } from "typebox";
import type { AdditionReport } from "../../office/bulk/add.ts";
import { dryRun, Finding } from "./bulk-schemas.ts";
import { editOf } from "./caller.ts";
import { NewDevice, Warning } from "./device-schemas.ts";
import { Force } from "./layer-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

/** A thousand devices with many keys each; larger bodies would be read for too long at once. */
const bodyLimit = 2 * 1024 * 1024;

const NewDevices = Type.Object(
  { devices: Type.Array(NewDevice, { minItems: 1, maxItems: 1000, description: "as in adding one device" }) },
  { additionalProperties: false },
);

const Query = Type.Object({ ...Force.properties, dryRun }, { additionalProperties: false });

const Report = Type.Object({
  totals: Type.Object({
    given: Type.Integer({ description: "added and refused together" }),
    added: Type.Integer(),
    refused: Type.Integer({ description: "0 unless it is only tried: one that is refused keeps all from being added" }),
  }),
  devices: Type.Array(
    Type.Object({
      mac: Type.String(),
      errors: Type.Array(Finding, { description: "why it is refused; pointers as in adding one device" }),
      warnings: Type.Array(Warning, { description: "what it inherits and this phone can't be told, the first 50" }),
    }),
    { description: "each in the order given" },
  ),
});

export function bulkAddRoutes(server: AdminServer, parts: AdminParts): void {
  const summary = "Adds many devices, all of them or none";
  const schema = { tags: ["devices"], summary, querystring: Query, body: NewDevices, response: { 200: Report } };
  server.post("/devices/bulk-add", { schema, bodyLimit }, async (request) => {
    const addition = { ...request.body, ...request.query };
    return reportView(await parts.bulkAdd.add(editOf(request), addition));
  });
}

function reportView(reports: readonly AdditionReport[]): Static<typeof Report> {
  const refused = reports.filter(({ errors }) => errors.length > 0).length;
  return {
    totals: { given: reports.length, added: reports.length - refused, refused },
    devices: reports.map(({ mac, errors, warnings }) => ({ mac, errors: [...errors], warnings: [...warnings] })),
  };
}
