import Type, { type Static } from "typebox";
import { deviceStates, Id } from "../../domain/device.ts";
import { dryRun, Report, reportView } from "./bulk-schemas.ts";
import { editOf, visitOf } from "./caller.ts";
import { DevicePatch } from "./device-schemas.ts";
import { searchDevices } from "./devices.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const mac = Type.String({ maxLength: 40 });

const Select = Type.Object(
  {
    macs: Type.Optional(Type.Array(mac, { minItems: 1, maxItems: 5000 })),
    site: Type.Optional(Id),
    model: Type.Optional(Type.String({ maxLength: 100 })),
    family: Type.Optional(Type.String({ maxLength: 100 })),
    preset: Type.Optional(Id),
    state: Type.Optional(Type.Enum([...deviceStates])),
    q: Type.Optional(Type.String({ pattern: "\\S", maxLength: 200, description: "as in the list of devices" })),
    all: Type.Optional(Type.Literal(true, { description: "every device; needed when nothing else is said" })),
  },
  { additionalProperties: false, minProperties: 1, description: "devices that everything given is true of" },
);

const { settings, raw, preset, site, state, label } = DevicePatch.properties;

const BulkChange = Type.Object(
  {
    select: Select,
    change: Type.Object(
      { settings, raw, preset, site, state, label },
      { additionalProperties: false, minProperties: 1, description: "as in a PATCH of one device" },
    ),
    dryRun,
  },
  { additionalProperties: false },
);

export function bulkRoutes(server: AdminServer, parts: AdminParts): void {
  const summary = "Changes many devices, all of them or none";
  const schema = { tags: ["devices"], summary, body: BulkChange, response: { 200: Report } };
  server.post("/devices/bulk", { schema }, async (request) => {
    const { select, change, dryRun: isDryRun = false } = request.body;
    const { organization } = visitOf(request);
    const selection = await selectionOf(parts, organization, select);
    return reportView(await parts.bulk.change(editOf(request), { select: selection, change, dryRun: isDryRun }));
  });
}

async function selectionOf(parts: AdminParts, organization: string, { all: _, q, ...others }: Static<typeof Select>) {
  return q === undefined ? others : { ...others, matches: await searchDevices(parts, organization, q) };
}
