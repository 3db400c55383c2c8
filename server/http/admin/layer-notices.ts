import Type, { type Static } from "typebox";
import type { FamilyProfile } from "../../domain/model.ts";
import { dialectsThatCannot } from "../../domain/time-zone-dialects.ts";
import type { AdminParts } from "./parts.ts";

/** Something that is set and that not every phone can be told. */
export const Notice = Type.Object({
  setting: Type.String(),
  family: Type.String({ description: "family whose phones it is about" }),
  detail: Type.String(),
});

/** Families whose phones will not always show the time of the zone that a layer sets. */
export function noticesOf(
  { catalogue }: Pick<AdminParts, "catalogue">,
  settings: Readonly<Record<string, unknown>>,
): Static<typeof Notice>[] {
  const zone = settings["time.zone"];
  if (typeof zone !== "string") return [];
  const doubts = new Map(dialectsThatCannot(catalogue.zones, zone).map(({ dialect, reason }) => [dialect, reason]));
  return catalogue.families.flatMap((family) => {
    const detail = doubts.get(dialectOf(family));
    return detail === undefined ? [] : [{ setting: "time.zone", family: family.id, detail }];
  });
}

/** How a family is told a time zone, by the rows of its mapping. */
function dialectOf({ mapping }: FamilyProfile): string {
  return String(mapping.find(({ as }) => as === "timeZone")?.with?.["dialect"]);
}
