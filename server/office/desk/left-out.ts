import type { DeskFacts, LeftOut } from "../../domain/mapping/scope.ts";
import type { FamilyProfile } from "../../domain/model.ts";
import type { PbxKind } from "../../domain/pbx.ts";
import type { ResolvedSettings } from "../../domain/settings.ts";
import { softKeyStates, uselessSoftKeys } from "../../domain/soft-keys.ts";

/** What a desk is compared with. */
export interface Around {
  readonly pbx: PbxKind | undefined;
  /** Settings of the organization, for phones that share their dial plan. */
  readonly common: ResolvedSettings | undefined;
}

/** What a desk lacks or asks for in vain, beside what its single parameters could not say. */
export function deskLeftOut(desk: DeskFacts, { common, pbx }: Around): readonly LeftOut[] {
  return [
    ...missingServer(desk),
    ...sharedByLines(desk),
    ...sharedPlan(desk, common),
    ...refusedKeys(desk, pbx),
    ...intercomWithoutCode(desk),
    ...idleSoftKeys(desk),
  ];
}

/** Intercom is a code of the PBX with a number behind it; without the code the key would just call. */
function intercomWithoutCode({ settings, slots }: DeskFacts): LeftOut[] {
  if (settings.has("call.intercomCode")) return [];
  const keys = slots.filter(({ key }) => key?.type === "intercom");
  const reason = "needs the code that the PBX has for it: set call.intercomCode";
  return keys.flatMap(({ key }) =>
    key?.index === undefined ? [] : [{ name: "key.type", layer: "device", reason, key: key.index }],
  );
}

/** Lines without a server to register with: the file is right, and the phone useless. */
function missingServer({ lines }: DeskFacts): LeftOut[] {
  const without = lines.filter(({ settings }) => !settings.has("sip.server"));
  return without.map(({ index }) => ({
    name: "sip.server",
    layer: "organization",
    reason: "is not set, so this line can't register",
    line: index,
  }));
}

/** A line's own values of what this model has once for the whole phone. */
function sharedByLines({ lines, plan, settings: common }: DeskFacts): LeftOut[] {
  return lines.flatMap(({ index, settings }) =>
    settings === common
      ? []
      : [...settings].flatMap(([name, { layer }]) =>
          layer === "line" && !plan.perLine.has(name)
            ? [{ name, layer, line: index, reason: "is the same for all lines of this phone" }]
            : [],
        ),
  );
}

const planSettings = ["dial.plan", "phone.emergencyNumbers", "dial.timeout", "dial.hotline", "dial.hotlineDelay"];

/** What decides about dialling and is another value here than in the one plan that all phones of this family read. */
function sharedPlan({ family, settings }: DeskFacts, common: ResolvedSettings | undefined): LeftOut[] {
  if (!common) return [];
  return planSettings.flatMap((name) => {
    const [here, there] = [settings.get(name), common.get(name)];
    if (!here || JSON.stringify(here.value) === JSON.stringify(there?.value)) return [];
    const reason = `is taken from the organization by phones of ${family.id}, which has another value`;
    return [{ name, layer: here.layer, reason }];
  });
}

/** Whether phones of a family read one dial plan for all. */
export function sharesPlan({ files }: FamilyProfile): boolean {
  return files.some(({ document, serves }) => serves === "common" && document?.startsWith("dial-template"));
}

/** Keys that the PBX of the site can't serve. */
function refusedKeys({ slots }: DeskFacts, pbx: PbxKind | undefined): LeftOut[] {
  return slots.flatMap(({ key }) => {
    const why = key && pbx?.refuses[key.type];
    if (!why || key.index === undefined) return [];
    return [{ name: "key.type", layer: "device", reason: `can't be served by ${pbx.title}: ${why}`, key: key.index }];
  });
}

/** Soft keys that do nothing in their call state, for phones that read them in a file of their own. */
function idleSoftKeys({ family, settings }: DeskFacts): LeftOut[] {
  if (!family.files.some(({ document }) => document === "soft-keys")) return [];
  return softKeyStates.flatMap((name) => {
    const found = settings.get(name);
    const useless = found ? uselessSoftKeys(name, found.value as readonly string[]) : [];
    if (!found || useless.length === 0) return [];
    return [{ name, layer: found.layer, reason: `can't hold ${useless.join(", ")} on this phone` }];
  });
}
