import type { LeftOut } from "../domain/mapping/scope.ts";
import type { FamilyProfile, ModelProfile } from "../domain/model.ts";
import type { ResolvedSettings } from "../domain/settings.ts";
import type { Shelf } from "../firmware/shelf.ts";

interface FirmwareQuestion {
  readonly settings: ResolvedSettings;
  readonly family: FamilyProfile;
  readonly model: ModelProfile;
  readonly shelf: Shelf;
  readonly phones: string;
}

interface FirmwareAnswer {
  readonly facts: Readonly<Record<string, string>>;
  readonly leftOut: readonly LeftOut[];
}

/**
 * What a phone may be told of firmware: nothing, unless a load is set and the shelf holds every file of it. A rule also
 * needs the server's own name, since an upgrade rule without a server is not allowed (cisco.md B.3, rule grammar).
 */
export function firmwareFacts({ settings, family, model, shelf, phones }: FirmwareQuestion): FirmwareAnswer {
  const wanted = settings.get("firmware.version");
  if (!wanted) return { facts: {}, leftOut: [] };
  const load = String(wanted.value);
  const refuse = (reason: string): FirmwareAnswer => ({
    facts: {},
    leftOut: [{ name: "firmware.version", layer: wanted.layer, reason }],
  });
  const begins = model.firmware.loads;
  if (!begins.some((beginning) => load.toLowerCase().startsWith(beginning.toLowerCase()))) {
    return refuse(`is no load for ${model.id}: those begin with ${begins.join(" or ")}`);
  }
  const missing = shelf.missing(load, family.firmware.ending);
  if (missing.length > 0) return refuse(`the shelf lacks ${missing.slice(0, 5).join(", ")}`);
  const { rule } = family.firmware;
  if (rule === undefined) return { facts: { "firmware.complete": "yes", "firmware.complete.load": load }, leftOut: [] };
  if (phones === "") return refuse("an upgrade rule needs the server's name: set OFFHOOK_ADVERTISE");
  const url = rule.replace("{phones}", phones).replace("{load}", load);
  return { facts: { "firmware.complete": "yes", "firmware.rule": url }, leftOut: [] };
}
