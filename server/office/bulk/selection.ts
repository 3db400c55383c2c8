import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device, DeviceState } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import { type Mac, parseMac } from "../../domain/mac.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import { unknownModel } from "../devices/rules.ts";
import { finding, refuseIf } from "../refusals.ts";
import type { Witness } from "./witness.ts";

/** Which devices are meant: those that everything given is true of. */
export interface Selection {
  /** In any form that people write. */
  readonly macs?: readonly string[];
  readonly site?: string;
  readonly model?: string;
  readonly family?: string;
  readonly preset?: string;
  readonly state?: DeviceState;
  /** What a search finds. */
  readonly matches?: (device: Device) => boolean;
}

const mostDevices = 10_000;

/**
 * The devices of an organization that are meant, in the order of their MACs. Fails with INVALID, naming the selector, when
 * one names something that is not there: a wrong letter must not select nothing in silence.
 */
export async function selectDevices(
  witness: Witness,
  catalogue: Catalogue,
  organization: string,
  selection: Selection,
): Promise<readonly StoredDocument<Device>[]> {
  refuseIf(await selectorErrors(witness, catalogue, organization, selection));
  const macs = readMacs(selection.macs ?? [], "/select/macs");
  const all = await witness.list<Device>({ organization, kind: "device" });
  const byMac = new Map(all.map((each) => [each.body.mac, each]));
  refuseIf(absent(macs, byMac, "/select/macs"));
  const wanted = new Set(macs);
  const selected = all.filter(
    ({ body }) => (selection.macs === undefined || wanted.has(body.mac)) && isMeant(body, catalogue, selection),
  );
  const detail = `these are ${selected.length} devices; at most ${mostDevices} are changed at once`;
  refuseIf(selected.length > mostDevices ? [finding("/select", "too-many", detail)] : []);
  witness.saw(selected);
  return selected;
}

function isMeant(device: Device, catalogue: Catalogue, selection: Selection): boolean {
  const { site, model, preset, state, family, matches } = selection;
  const asked = { site, model, preset, state };
  const isAsAsked = (["site", "model", "preset", "state"] as const).every(
    (name) => asked[name] === undefined || asked[name] === device[name],
  );
  return (
    isAsAsked &&
    (family === undefined || catalogue.model(device.model)?.family === family) &&
    (matches === undefined || matches(device))
  );
}

async function selectorErrors(
  reader: StoreReader,
  catalogue: Catalogue,
  organization: string,
  { site, preset, model, family }: Selection,
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const [kind, id] of Object.entries({ site, preset })) {
    if (id === undefined || (await reader.get({ organization, kind, id }))) continue;
    errors.push(finding(`/select/${kind}`, "not-found", `there is no ${kind} "${id}"`));
  }
  if (model !== undefined && !catalogue.model(model)) {
    errors.push({ ...unknownModel(model, catalogue), pointer: "/select/model" });
  }
  if (family !== undefined && !catalogue.families.some(({ id }) => id === family)) {
    errors.push(finding("/select/family", "unknown-family", `there is no family "${family}"`));
  }
  return errors;
}

/** MACs as people write them; INVALID naming those that are none. */
export function readMacs(texts: readonly string[], base: string): readonly Mac[] {
  const macs = texts.map(parseMac);
  const wrong = macs.flatMap((mac, at) =>
    mac ? [] : [finding(`${base}/${at}`, "mac", "is not a MAC of twelve hex digits")],
  );
  refuseIf(wrong);
  return macs.filter((mac) => mac !== undefined);
}

/** Those of the devices that are not there. */
export function absent(macs: readonly Mac[], found: ReadonlyMap<Mac, unknown>, base: string): FieldError[] {
  return macs.flatMap((mac, at) =>
    found.has(mac) ? [] : [finding(`${base}/${at}`, "not-found", `there is no device ${mac}`)],
  );
}
