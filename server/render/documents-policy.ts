import { createHash } from "node:crypto";
import { create } from "xmlbuilder2";
import type { ResolvedSettings } from "../domain/settings.ts";

/**
 * What 89xx and 99xx show, by number from 1: the setting that decides, `sip.callManager` for what only such a server
 * answers (usecallmanager.nz, feature-policy).
 */
const features: readonly (readonly [name: string, decides: string | boolean])[] = [
  ["Forward All", "call.forward"],
  ["Park", "call.park"],
  ["Divert (Alerting)", true],
  ["Conference Details", "sip.callManager"],
  ["Speed Dial", "sip.callManager"],
  ["Call Back", "sip.callManager"],
  ["Redial", true],
  ["Barge", "call.barge"],
  ["Divert (Connected)", "sip.callManager"],
  ["Call PickUp", "call.pickup"],
  ["Other Call PickUp", "sip.callManager"],
  ["Group Call PickUp", "call.groupPickup"],
  ["Mobility", false],
  ["Meet Me", "sip.callManager"],
  ["Quality Reporting Tool", "diag.callStatistics"],
  ["Malicious Caller ID", "sip.callManager"],
];

/** `featurepolicy-<MAC>.xml`. */
export function featurePolicyXml(settings: ResolvedSettings): string {
  const enabled = enabledIn(settings);
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("featurePolicy", { name: "Offhook" });
  root.ele("versionStamp").txt(stampOf(enabled));
  for (const [at, [name]] of features.entries()) {
    const feature = root.ele("featureDef", { name });
    feature.ele("id").txt(String(at + 1));
    feature.ele("enable").txt(String(enabled[at]));
  }
  return root.end({ prettyPrint: true });
}

/** Changes with what is enabled. */
export function featurePolicyStamp(settings: ResolvedSettings): string {
  return stampOf(enabledIn(settings));
}

function stampOf(enabled: readonly boolean[]): string {
  return createHash("sha256").update(JSON.stringify(enabled)).digest("hex").slice(0, 16);
}

function enabledIn(settings: ResolvedSettings): readonly boolean[] {
  return features.map(([, decides]) =>
    typeof decides === "boolean" ? decides : settings.get(decides)?.value === true,
  );
}
