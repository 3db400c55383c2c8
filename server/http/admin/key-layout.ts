import Type from "typebox";
import { Id } from "../../domain/device.ts";
import { dryRun, Finding, fit } from "./bulk-schemas.ts";
import { editOf } from "./caller.ts";
import { macOf } from "./device-access.ts";
import { knowDevice } from "./device-facts.ts";
import { DeviceAnswer, MacParams } from "./device-schemas.ts";
import { deskView } from "./device-view.ts";
import { tagged } from "./etags.ts";
import { Version } from "./layer-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const KeyLayout = Type.Object(
  {
    preset: { ...Id, description: "whose keys are taken, once" },
    fit,
    dryRun,
    version: Type.Optional(Version),
  },
  { additionalProperties: false },
);

const Answer = Type.Object({
  ...DeviceAnswer.properties,
  leftOut: Type.Array(Finding, { description: "keys that this phone can't have; pointers into the preset's keys" }),
});

export function keyLayoutRoutes(server: AdminServer, parts: AdminParts): void {
  const schema = {
    tags: ["devices"],
    summary: "Gives a device the keys of a preset, once",
    params: MacParams,
    body: KeyLayout,
    response: { 200: Answer },
  };
  server.post("/devices/:mac/key-layout", { schema }, async (request, reply) => {
    const { version, ...wish } = request.body;
    const edit = editOf(request, version);
    const { device, desk, leftOut } = await parts.keyLayouts.apply(edit, macOf(request.params), wish);
    tagged(reply, device.version);
    return { ...deskView(parts, await knowDevice(parts, device), desk), leftOut: [...leftOut] };
  });
}
