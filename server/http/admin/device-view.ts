import type { Static } from "typebox";
import type { Device } from "../../domain/device.ts";
import type { Desk } from "../../office/desk/desk.ts";
import type { Revision } from "../../office/revisions/revisions.ts";
import type { KnownDevice } from "./device-facts.ts";
import type { DeviceAnswer, ListedDevice } from "./device-schemas.ts";
import type { AdminParts } from "./parts.ts";

/** A device as it is answered: what is stored, without secrets, and what is known of the phone. */
export function deviceView(parts: AdminParts, known: KnownDevice): Static<typeof ListedDevice> {
  const { document, presence, revision, windowOpen, sync } = known;
  const { lastSeen, firmware, address, userAgent, pin, served } = presence;
  return {
    ...storedView(parts, document.body),
    organization: document.organization,
    version: document.version,
    revision: revision ? revisionView(revision) : null,
    trust: { enrolment: "pin", pin: pin ? { block: pin.block, at: pin.at } : null, windowOpen },
    ...(lastSeen !== undefined && { lastSeen }),
    ...(firmware !== undefined && { firmware }),
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { userAgent }),
    sync: { ...sync, ...(served && { served }), ...(revision && { desired: revisionView(revision) }) },
  };
}

export function revisionView({ n, digest, at, by, why }: Revision) {
  return {
    n,
    digest,
    ...(at !== undefined && { at }),
    ...(by !== undefined && { by }),
    ...(why !== undefined && { why }),
  };
}

function storedView({ catalogue, masking }: AdminParts, device: Device) {
  const { mac, model, site, serial, label, preset, lines, keys, modules, settings, raw, state } = device;
  const family = catalogue.model(model)?.family;
  // Of a model that is in no profile any more nothing is known to be harmless.
  const isSecret = family === undefined ? () => true : catalogue.family(family).vocabularyTable.isSecret;
  return {
    mac,
    model,
    site,
    ...(serial !== undefined && { serial }),
    ...(label !== undefined && { label }),
    ...(preset !== undefined && { preset }),
    lines: [...lines],
    keys: [...keys],
    modules: [...modules],
    settings: masking.maskSettings(settings),
    raw: masking.maskRaw(raw, isSecret),
    state,
  };
}

/** The same with what this phone can't be told. */
export function deskView(parts: AdminParts, known: KnownDevice, { leftOut }: Desk): Static<typeof DeviceAnswer> {
  return { ...deviceView(parts, known), warnings: [...leftOut] };
}
