import Type, { type Static } from "typebox";
import { maskParameters, secretParameters } from "../../domain/secret-parameters.ts";
import type { ResolvedSettings } from "../../domain/settings.ts";
import { settingDefinitions } from "../../domain/settings.ts";
import type { Desk } from "../../office/desk/desk.ts";
import { carriedSettings } from "./carried.ts";
import { deviceOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["devices"];

const Resolved = Type.Object({
  name: Type.String(),
  value: Type.Unknown({ description: "a secret is masked" }),
  layer: Type.String({ description: "the layer that it comes from" }),
  id: Type.String({ description: "the document of that layer" }),
  carried: Type.Boolean({ description: "whether phones of this family can be told" }),
});

const Settings = Type.Object({
  settings: Type.Array(Resolved),
  lines: Type.Array(
    Type.Object({
      line: Type.Integer({ description: "number of the line, from 1" }),
      id: Type.String(),
      extension: Type.String(),
      settings: Type.Array(Resolved, { description: "those that differ from the device's" }),
    }),
  ),
});

const ParameterList = Type.Object({
  digest: Type.String(),
  parameters: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), secret: Type.Boolean() })),
});

/** How a device comes to what it is told: settings with their layers, and what the vendor calls them. */
export function deviceDetailRoutes(server: AdminServer, parts: AdminParts): void {
  const settings = { tags, summary: "Settings of a device, with the layer each comes from", params: MacParams };
  server.get("/devices/:mac/settings", { schema: { ...settings, response: { 200: Settings } } }, async (request) => {
    const desk = await parts.desks.read(parts.store, await deviceOf(parts, request, request.params));
    return settingsView(parts, desk);
  });
  const parameters = { tags, summary: "Parameters of a device, as its vendor calls them", params: MacParams };
  server.get(
    "/devices/:mac/parameters",
    { schema: { ...parameters, response: { 200: ParameterList } } },
    async (request) => {
      const desk = await parts.desks.read(parts.store, await deviceOf(parts, request, request.params));
      return parametersView(parts, desk);
    },
  );
}

function settingsView(parts: AdminParts, desk: Desk): Static<typeof Settings> {
  const { carried } = carriedSettings(parts, desk.model);
  const view = (settings: ResolvedSettings, isShown: (layer: string) => boolean) =>
    [...settings]
      .filter(([, { layer }]) => isShown(layer))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { value, layer, id }]) => {
        const shown = settingDefinitions.get(name)?.secret ? parts.masking.mask : value;
        return { name, value: shown, layer, id, carried: carried.has(name) };
      });
  return {
    settings: view(desk.settings, () => true),
    lines: desk.lines.map(({ index, id, extension, settings }) => ({
      line: index,
      id,
      extension,
      settings: view(settings, (layer) => layer === "line"),
    })),
  };
}

function parametersView({ catalogue, masking }: AdminParts, desk: Desk): Static<typeof ParameterList> {
  const family = catalogue.family(desk.family.id);
  const isSecret = secretParameters(family);
  const masked = maskParameters(desk.parameters, family, masking.mask);
  return {
    digest: desk.digest,
    parameters: [...masked].map(([name, value]) => ({ name, value, secret: isSecret(name) })),
  };
}
