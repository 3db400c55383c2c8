import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import { Failure, type FieldError } from "../../domain/failures.ts";
import { formatMac, type Mac } from "../../domain/mac.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { createRawCheck } from "../bulk/raw.ts";
import type { BulkReport } from "../bulk/report.ts";
import { type BulkParts, type Proposed, runBulk } from "../bulk/run.ts";
import { absent, readMacs } from "../bulk/selection.ts";
import type { Witness } from "../bulk/witness.ts";
import type { Edit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { openDevice } from "../sealing.ts";
import type { DeviceChange } from "./devices.ts";
import { layoutFor, layoutOf } from "./key-layout-rules.ts";

export type CopiedPart = "keys" | "settings" | "raw" | "modules" | "preset";

export interface CopyWish {
  /** MACs in any form that people write. */
  readonly to: readonly string[];
  readonly what: readonly CopiedPart[];
  /** Leaves out what a phone can't have, instead of refusing the whole. */
  readonly fit?: boolean;
  /** Only tells what would become of each phone. */
  readonly dryRun?: boolean;
}

export interface DeviceCopies {
  /**
   * What is named becomes the same as on the device copied from; what that one has not, goes. Line keys follow the number
   * of the line. Fails with NOT_FOUND without that device, and with INVALID naming each phone that refuses.
   */
  copy(edit: Edit, from: Mac, wish: CopyWish): Promise<BulkReport>;
}

export function createDeviceCopies(parts: BulkParts): DeviceCopies {
  return {
    copy: (edit, from, { to, what, fit = false, dryRun = false }) =>
      runBulk(parts, edit, {
        action: "device.copy",
        fit,
        dryRun,
        async propose(witness) {
          const key = { organization: edit.organization, kind: "device", id: from };
          const source = await witness.get<Device>(key);
          if (!source) throw new Failure("NOT_FOUND", `there is no device ${formatMac(from)}`);
          refuseStale(source, edit);
          const original = openDevice(parts.sealer, source);
          const targets = await readTargets(witness, edit.organization, from, to);
          const propose = proposals(parts.catalogue, original, new Set(what));
          return targets.map(propose);
        },
      }),
  };
}

/** `If-Match` and `version` are about the device that is copied. */
function refuseStale({ version }: StoredDocument<Device>, { ifMatch, seen }: Edit): void {
  if (ifMatch !== undefined && ifMatch !== version) {
    throw new Failure("STALE", `version ${version} is there, not ${ifMatch}`);
  }
  if (seen !== undefined && seen !== version) {
    throw new Failure("CONFLICT", `it was changed meanwhile: version ${version} is there, not ${seen}`, {
      errors: [finding("/version", "stale", `version ${version} is there`)],
    });
  }
}

async function readTargets(
  witness: Witness,
  organization: string,
  from: Mac,
  to: readonly string[],
): Promise<readonly StoredDocument<Device>[]> {
  const macs = readMacs(to, "/to");
  refuseIf(macs.flatMap((mac, at) => [...sameDevice(mac, from, at), ...doubled(macs, mac, at)]));
  const found = new Map<Mac, StoredDocument<Device>>();
  for (const mac of macs) {
    const device = await witness.get<Device>({ organization, kind: "device", id: mac });
    if (device) found.set(mac, device);
  }
  refuseIf(absent(macs, found, "/to"));
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function sameDevice(mac: Mac, from: Mac, at: number): FieldError[] {
  return mac === from ? [finding(`/to/${at}`, "same", "is the device that is copied")] : [];
}

function doubled(macs: readonly Mac[], mac: Mac, at: number): FieldError[] {
  return macs.indexOf(mac) === at ? [] : [finding(`/to/${at}`, "doubled", "stands twice")];
}

function proposals(
  catalogue: Catalogue,
  from: Device,
  what: ReadonlySet<CopiedPart>,
): (device: StoredDocument<Device>) => Proposed {
  const family = catalogue.model(from.model)?.family;
  const check = createRawCheck(catalogue, from.raw);
  return (device) => {
    const { body } = device;
    const own = catalogue.model(body.model)?.family;
    const keys = what.has("keys") ? layoutFor(layoutOf(from.keys, from.lines), body.lines) : undefined;
    // A raw value that was forced upon one phone of a family needs no force on the next.
    const force = own === family;
    const raw = what.has("raw") && own !== undefined ? check(own, force) : undefined;
    const change = {
      ...plainParts(from, body, what),
      ...(raw && { raw: raw.possible(replacing(body.raw, from.raw)), force }),
      ...keys?.change,
    };
    const impossible = [...(keys?.impossible ?? []), ...(raw?.impossible ?? [])];
    return { device, proposal: { change, impossible, ...(keys && { origins: keys.origins }) } };
  };
}

/** What needs no look at the phone that gets it. */
function plainParts(from: Device, now: Device, what: ReadonlySet<CopiedPart>): DeviceChange {
  return {
    ...(what.has("settings") && { settings: replacing(now.settings, from.settings) }),
    ...(what.has("modules") && { modules: from.modules }),
    ...(what.has("preset") && { preset: from.preset ?? null }),
  };
}

/** A PATCH of one map that makes it the other. */
function replacing<Value>(
  now: Readonly<Record<string, unknown>>,
  then: Readonly<Record<string, Value>>,
): Record<string, Value | null> {
  const gone = Object.keys(now).filter((name) => !(name in then));
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...then };
}
