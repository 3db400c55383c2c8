import { compareFirmware, type FirmwareVersion, parseFirmwareVersion } from "../../domain/firmware-version.ts";
import type { FamilyProfile, FirmwareStep, HardwareMinimum, ModelProfile } from "../../domain/model.ts";

export interface FirmwareJump {
  readonly family: FamilyProfile;
  readonly model: ModelProfile;
  /** Name of the load that the phone shall run. */
  readonly load: string;
  /** What it runs now, in its own words; undefined when nobody knows. */
  readonly runs: string | undefined;
  /** `firmware.downgrade`. */
  readonly mayGoBack: boolean;
}

/**
 * Why a phone may not be given a load, with what to do first; undefined when it may. A version that no one can read is no
 * reason. Of a phone whose firmware is unknown only the minimum of its hardware is asked for.
 */
export function whyNot(jump: FirmwareJump): string | undefined {
  const wanted = parseFirmwareVersion(jump.load);
  if (!wanted) return undefined;
  const running = jump.runs === undefined ? undefined : parseFirmwareVersion(jump.runs);
  return (
    missedStep(jump, wanted, running) ?? tooOldForHardware(jump, wanted, running) ?? goesBack(jump, wanted, running)
  );
}

function missedStep(
  { family, model, load, runs = "" }: FirmwareJump,
  wanted: FirmwareVersion,
  running: FirmwareVersion | undefined,
): string | undefined {
  if (!running) return undefined;
  const step = stepsOf(family, model).find(
    (each) => isAbout(each, load, runs) && isBelow(running, each.below) && !isBelow(wanted, each.reaches),
  );
  return step && `can't be reached from ${runs} at once: take ${step.first} first`;
}

function tooOldForHardware(
  { family, model, mayGoBack }: FirmwareJump,
  wanted: FirmwareVersion,
  running: FirmwareVersion | undefined,
): string | undefined {
  const minimum = [...(family.firmware.hardware ?? []), ...(model.firmware.hardware ?? [])].find(
    (each) => isBelow(wanted, each.least) && holds(each, mayGoBack, running),
  );
  if (!minimum) return undefined;
  const { least, revision } = minimum;
  if (revision === undefined) return `is too old for a ${model.id}: take ${least} or later`;
  return `is too old for hardware ${revision} of a ${model.id}: take ${least} or later, or set firmware.downgrade`;
}

/** Which revision a phone is nobody tells; one that runs less than the minimum shows that it is an older one. */
function holds({ least, revision }: HardwareMinimum, mayGoBack: boolean, running: FirmwareVersion | undefined) {
  return revision === undefined || (!mayGoBack && !(running && isBelow(running, least)));
}

function goesBack(
  { family, model, load, runs, mayGoBack }: FirmwareJump,
  wanted: FirmwareVersion,
  running: FirmwareVersion | undefined,
): string | undefined {
  if (mayGoBack || !running || compareFirmware(wanted, running) >= 0) return undefined;
  if (stepsOf(family, model).some((step) => step.converts && isAbout(step, load, runs ?? ""))) return undefined;
  return `is older than ${runs}, which the phone runs: set firmware.downgrade first`;
}

function stepsOf(family: FamilyProfile, model: ModelProfile): FirmwareStep[] {
  return [...(model.firmware.steps ?? []), ...(family.firmware.steps ?? [])];
}

function isAbout({ loads = "", from = "" }: FirmwareStep, load: string, runs: string): boolean {
  return new RegExp(loads, "i").test(load) && new RegExp(from, "i").test(runs);
}

function isBelow(version: FirmwareVersion, limit: string | undefined): boolean {
  const at = limit === undefined ? undefined : parseFirmwareVersion(limit);
  return at !== undefined && compareFirmware(version, at) < 0;
}
