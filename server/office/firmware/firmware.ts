import type { LeftOut } from "../../domain/mapping/scope.ts";
import type { FamilyProfile, ModelProfile } from "../../domain/model.ts";
import type { ResolvedSettings } from "../../domain/settings.ts";
import type { Shelf } from "../../firmware/shelf.ts";
import { whyNot } from "./jumps.ts";

interface FirmwareQuestion {
  readonly settings: ResolvedSettings;
  readonly family: FamilyProfile;
  readonly model: ModelProfile;
  readonly shelf: Shelf;
  readonly phones: string;
  /** What the phone runs now, in its own words; undefined when nobody knows. */
  readonly runs: string | undefined;
}

interface FirmwareAnswer {
  readonly facts: Readonly<Record<string, string>>;
  readonly leftOut: readonly LeftOut[];
}

/**
 * What a phone may be told of firmware: nothing, unless a load is set, the shelf holds every file of it, and the phone may
 * go there from what it runs. A rule also needs the server's own name, since an upgrade rule without a server is not
 * allowed (cisco.md B.3, rule grammar). What is set for the device itself and not told is a finding when it is set, since
 * the device is refused with what is left out; what is inherited is only reported.
 */
export function firmwareFacts(question: FirmwareQuestion): FirmwareAnswer {
  const { settings, family, phones } = question;
  const wanted = settings.get("firmware.version");
  if (!wanted) return { facts: {}, leftOut: [] };
  const load = String(wanted.value);
  const refuse = (reason: string): FirmwareAnswer => ({
    facts: {},
    leftOut: [{ name: "firmware.version", layer: wanted.layer, reason }],
  });
  const reason = unfit(question, load);
  if (reason !== undefined) return refuse(reason);
  const { rule } = family.firmware;
  if (rule === undefined) return { facts: { "firmware.complete": "yes", "firmware.complete.load": load }, leftOut: [] };
  if (phones === "") return refuse("an upgrade rule needs the server's name: set OFFHOOK_ADVERTISE");
  const url = rule.replace("{phones}", phones).replace("{load}", load);
  return { facts: { "firmware.complete": "yes", "firmware.rule": url }, leftOut: [] };
}

function unfit({ settings, family, model, shelf, runs }: FirmwareQuestion, load: string): string | undefined {
  const begins = model.firmware.loads;
  if (!begins.some((beginning) => load.toLowerCase().startsWith(beginning.toLowerCase()))) {
    return `is no load for ${model.id}: those begin with ${begins.join(" or ")}`;
  }
  const missing = shelf.missing(load, family.firmware.ending);
  if (missing.length > 0) return `the shelf lacks ${missing.slice(0, 5).join(", ")}`;
  return whyNot({ family, model, load, runs, mayGoBack: settings.get("firmware.downgrade")?.value === true });
}
