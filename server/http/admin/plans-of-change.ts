import Type, { type Static } from "typebox";
import { fieldErrors, prepareCheck } from "../../domain/check.ts";
import { Id } from "../../domain/device.ts";
import type { PlannedChange } from "../../office/changes/plans.ts";
import { editOf, requireOrganization, visitOf } from "./caller.ts";
import { macOf } from "./device-access.ts";
import { DevicePatch } from "./device-schemas.ts";
import { LayerPatch, OrganizationPatch } from "./layer-schemas.ts";
import { LinePatch } from "./lines.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { Difference, differencesView } from "./revisions.ts";
import { refusal } from "./validation.ts";

const kinds = ["site", "preset", "organization", "device", "line"] as const;

const Body = Type.Object(
  {
    change: Type.Object(
      {
        kind: Type.Enum([...kinds]),
        id: Type.Optional(Id),
        mac: Type.Optional(Type.String({ maxLength: 40, description: "of a device, in place of an id" })),
        force: Type.Optional(Type.Boolean({ description: "as the query parameter of the PATCH" })),
      },
      { description: "which document, and beside it every field as in its PATCH" },
    ),
  },
  { additionalProperties: false },
);

/** By kind, what may stand beside `kind`, `id` or `mac` and `force`. */
const checks = {
  site: prepareCheck(LayerPatch.site),
  preset: prepareCheck(LayerPatch.preset),
  organization: prepareCheck(OrganizationPatch),
  device: prepareCheck(DevicePatch),
  line: prepareCheck(LinePatch),
};

const Group = Type.Object({
  family: Type.String(),
  effect: Type.Enum(["silent", "registers", "restarts"]),
  count: Type.Integer(),
  macs: Type.Array(Type.String(), { description: "the first fifty" }),
  parameters: Type.Array(Type.String(), { description: "vendor names that change for each of them" }),
  sample: Type.Object({
    mac: Type.String(),
    model: Type.String(),
    parameters: Type.Array(Difference, { description: "the first 200" }),
    file: Type.Optional(
      Type.Object({
        name: Type.String(),
        text: Type.Optional(Type.String({ description: "unified difference, secrets masked" })),
        reason: Type.Optional(Type.String({ description: "why there is no text" })),
      }),
    ),
  }),
});

const Plan = Type.Object({
  totals: Type.Object({
    devices: Type.Integer({ description: "below what is changed" }),
    changed: Type.Integer({ description: "that would be told something else" }),
    silent: Type.Integer({ description: "of the changed: they take it and go on" }),
    registers: Type.Integer({ description: "they register anew, or may" }),
    restarts: Type.Integer(),
  }),
  groups: Type.Array(Group, { description: "by family and parameters, the largest first; at most twenty" }),
  moreGroups: Type.Integer(),
});

/** What a change would do to the phones, before it is made. */
export function planRoutes(server: AdminServer, parts: AdminParts): void {
  const summary = "What a change would do to the phones; nothing is changed";
  const schema = { tags: ["devices"], summary, body: Body, response: { 200: Plan } };
  server.post("/plans-of-change", { schema }, async (request): Promise<Static<typeof Plan>> => {
    const { planned, version } = readChange(request.body.change);
    const edit = editOf(request, version);
    const isOwn = planned.kind === "organization";
    if (isOwn) await requireOrganization(parts, visitOf(request).caller, planned.id);
    const { totals, groups, moreGroups } = await parts.changePlans.plan(
      isOwn ? { ...edit, organization: planned.id } : edit,
      planned,
    );
    return { totals: { ...totals }, groups: groups.map(groupView), moreGroups };
  });
}

type Given = Static<typeof Body>["change"];

function readChange({ kind, id, mac, force, ...fields }: Given): { planned: PlannedChange; version?: number } {
  const errors = fieldErrors(checks[kind], fields, "/change");
  const name = kind === "device" ? "mac" : "id";
  if ((kind === "device" ? mac : id) === undefined)
    errors.push({ pointer: `/change/${name}`, code: "missing", detail: "is missing" });
  if (errors.length > 0) throw refusal(errors);
  const { version, ...change } = fields as { version?: number };
  const forced = { ...change, ...(force === true && { force }) };
  const seen = version === undefined ? {} : { version };
  if (kind === "device") return { planned: { kind, mac: macOf({ mac: mac ?? "" }), change: forced }, ...seen };
  return { planned: { kind, id: id ?? "", change: kind === "line" ? change : forced }, ...seen };
}

function groupView({ macs, parameters, sample, ...group }: PlanGroupAnswer): Static<typeof Group> {
  const { file, ...about } = sample;
  return {
    ...group,
    macs: [...macs],
    parameters: [...parameters],
    sample: { ...about, parameters: differencesView(sample.parameters), ...(file && { file: { ...file } }) },
  };
}

type PlanGroupAnswer = Awaited<ReturnType<AdminParts["changePlans"]["plan"]>>["groups"][number];
