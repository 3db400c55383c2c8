import Type, { type Static } from "typebox";
import type { BulkReport } from "../../office/bulk/report.ts";

export const Finding = Type.Object({ pointer: Type.String(), code: Type.String(), detail: Type.String() });

/** Of a request that may be tried first. */
export const dryRun = Type.Optional(Type.Boolean({ description: "only tells what would happen; nothing is changed" }));
export const fit = Type.Optional(
  Type.Boolean({ description: "leaves out what a phone can't have, and names it, instead of refusing the whole" }),
);

const Phone = Type.Object({
  mac: Type.String(),
  changes: Type.Boolean({ description: "whether the device, or what its phone is told, will be different" }),
  newRevision: Type.Boolean({ description: "whether what its phone is told will be different" }),
  parameters: Type.Array(Type.String(), { description: "vendor names that differ, the first 50; never a value" }),
  restarts: Type.Boolean({ description: "the phone restarts to take one of them" }),
  errors: Type.Array(Finding, { description: "why it is refused; pointers as in a PATCH of the device" }),
  leftOut: Type.Array(Finding, { description: "what this phone can't have" }),
});

/** What becomes of many phones. */
export const Report = Type.Object({
  totals: Type.Object({
    selected: Type.Integer({ description: "changed, unchanged and refused together" }),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    refused: Type.Integer(),
    newRevisions: Type.Integer({ description: "of the changed: phones that are told something else" }),
    restarting: Type.Integer(),
  }),
  phones: Type.Array(Phone, { description: "the first 500: refused, then changed, then unchanged, each by MAC" }),
});

export function reportView({ totals, phones }: BulkReport): Static<typeof Report> {
  return {
    totals: { ...totals },
    phones: phones.map(({ parameters, errors, leftOut, ...phone }) => ({
      ...phone,
      parameters: [...parameters],
      errors: [...errors],
      leftOut: [...leftOut],
    })),
  };
}
