import type { Device, Line } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { RotationSelection } from "../../domain/rotation.ts";
import { absent, readMacs } from "../bulk/selection.ts";
import { finding, refuseIf } from "../refusals.ts";

const mostLines = 5000;

/** Ids of the lines that are meant, in their order. Fails with INVALID where a selector names what is not there. */
export async function selectLines(
  reader: StoreReader,
  organization: string,
  select: RotationSelection,
): Promise<readonly string[]> {
  refuseIf(formErrors(select));
  const lines = await reader.find<Line>({ organization, kind: "line" });
  const wanted = await wantedOf(reader, organization, select);
  if (select.lines) refuseIf(missingLines(select.lines, lines));
  const ids = lines.map(({ id }) => id).filter((id) => wanted === undefined || wanted.has(id));
  if (ids.length === 0) refuseIf([finding("/select", "nothing", "there is no such line")]);
  const detail = `these are ${ids.length} lines; at most ${mostLines} are rotated at once`;
  refuseIf(ids.length > mostLines ? [finding("/select", "too-many", detail)] : []);
  return ids;
}

function formErrors({ lines, devices, site, all }: RotationSelection): FieldError[] {
  const named = [lines, devices, site, all === true ? true : undefined].filter((each) => each !== undefined);
  return named.length === 1 ? [] : [finding("/select", "whom", "say exactly one of lines, devices, site, all")];
}

/** Undefined: all. */
async function wantedOf(
  reader: StoreReader,
  organization: string,
  { lines, devices, site }: RotationSelection,
): Promise<ReadonlySet<string> | undefined> {
  if (lines) return new Set(lines);
  if (devices === undefined && site === undefined) return undefined;
  const all = await reader.find<Device>({ organization, kind: "device" });
  if (devices) return linesOf(await named(all, devices));
  const isThere = await reader.get({ organization, kind: "site", id: site ?? "" });
  refuseIf(isThere ? [] : [finding("/select/site", "not-found", `there is no site "${site}"`)]);
  return linesOf(all.filter(({ body }) => body.site === site));
}

async function named(all: readonly StoredDocument<Device>[], texts: readonly string[]) {
  const macs = new Set<Mac>(readMacs(texts, "/select/devices"));
  const byMac = new Map(all.map((each) => [each.body.mac, each]));
  refuseIf(absent([...macs], byMac, "/select/devices"));
  return all.filter(({ body }) => macs.has(body.mac));
}

function linesOf(devices: readonly StoredDocument<Device>[]): ReadonlySet<string> {
  return new Set(devices.flatMap(({ body }) => body.lines));
}

function missingLines(ids: readonly string[], found: readonly StoredDocument<Line>[]): FieldError[] {
  const known = new Set(found.map(({ id }) => id));
  return ids.flatMap((id, at) =>
    known.has(id) ? [] : [finding(`/select/lines/${at}`, "not-found", `there is no line "${id}"`)],
  );
}
