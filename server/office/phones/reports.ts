import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Network } from "../../domain/network.ts";
import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import { decideTrust } from "../../domain/trust.ts";
import type { Presence } from "../../journal/presence.ts";
import type { Desk, Desks } from "../desk/desk.ts";
import type { DeviceChange, Devices } from "../devices/devices.ts";
import type { Edit } from "../editing.ts";
import { plain, type ReportedValues, readReport } from "./report-reading.ts";
import type { Sightings } from "./sightings.ts";

/** One parameter that somebody changed on the phone. Never a secret one. */
export interface DriftedParameter {
  readonly name: string;
  readonly given: string;
  readonly reported: string;
}

/** What a phone last told of itself, against what it was given. */
export interface Drift {
  /** RFC 3339. */
  readonly at: string;
  /** The revision that it was given when it told. */
  readonly revision: number;
  readonly parameters: readonly DriftedParameter[];
  /** How many of what it was given it told. */
  readonly compared: number;
  /** RFC 3339: the phone completed a fetch of its file after it told, so it was given ours again; what became of it, it has yet to tell. */
  readonly answeredAt?: string;
}

export interface ReportedUpload {
  readonly mac: Mac;
  /** As it came, for the journal. */
  readonly path: string;
  readonly address: string;
  readonly userAgent?: string;
  readonly body: Buffer;
}

export interface Reports {
  /** Takes what a phone tells of itself. NOT_PROVEN for one that would not get its own file, MALFORMED for what is no report. */
  take(upload: ReportedUpload): Promise<void>;
  /** Undefined where it told nothing, or was given another revision since. */
  drift(device: StoredDocument<Device>): Promise<Drift | undefined>;
  /** Whether it told of something that differs, and did not fetch ours again since. */
  hasOpenDrift(device: StoredDocument<Device>): Promise<boolean>;
  /** What the phone has becomes what it is given: raw values of the device; all that drifted, or those named. */
  takeOver(edit: Edit, device: StoredDocument<Device>, names?: readonly string[]): Promise<StoredDocument<Device>>;
}

export interface ReportParts {
  /** The store of presence: what phones tell is no configuration. */
  readonly told: Store;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly desks: Desks;
  readonly devices: Pick<Devices, "change">;
  readonly presence: Presence;
  readonly sightings: Sightings;
  readonly allowedNetworks: readonly Network[];
  readonly clock: Clock;
}

const kind = "report";
const mostDrifted = 500;

export function createReports(parts: ReportParts): Reports {
  const { told, store, devices } = parts;

  async function drift({ organization, body }: StoredDocument<Device>): Promise<Drift | undefined> {
    const report = await told.get<Drift & { readonly born: string }>({ organization, kind, id: body.mac });
    const { served } = await parts.presence.of(organization, body.mac);
    if (report?.body.born !== body.born || served?.n !== report.body.revision) return undefined;
    const isAnswered = Date.parse(served.at) > Date.parse(report.body.at);
    return { ...report.body, ...(isAnswered && { answeredAt: served.at }) };
  }

  return {
    drift,
    async hasOpenDrift(device) {
      const found = await drift(device);
      return found !== undefined && found.parameters.length > 0 && found.answeredAt === undefined;
    },
    async take(upload) {
      const { address, mac, path, userAgent } = upload;
      const request = { via: "http", path, address, ...(userAgent !== undefined && { userAgent }) } as const;
      const story = parts.sightings.begin(request);
      try {
        const device = await store.holder<Device>(`mac:${mac}`);
        story.asked({ name: path, candidates: [], mac, macFrom: "name" }, device);
        if (!device || !(await isProven(parts, device, address))) throw new Failure("NOT_PROVEN");
        story.trusted({ trust: "full", reason: "pin" });
        await keep(parts, device, readReport(upload.body));
        story.served({ file: kind })({ completed: true, bytes: upload.body.length });
      } catch (thrown) {
        if (thrown instanceof Failure) story.failed(thrown);
        throw thrown;
      } finally {
        story.record();
      }
    },
    async takeOver(edit, device, names) {
      const found = (await drift(device))?.parameters ?? [];
      const missing = names?.find((name) => !found.some((each) => each.name === name));
      if (missing !== undefined) throw new Failure("CONFLICT", `the phone told of no difference in "${missing}"`);
      const taken = found.filter(({ name }) => names?.includes(name) ?? true);
      if (taken.length === 0) throw new Failure("CONFLICT", "the phone told of no difference");
      const raw: DeviceChange["raw"] = Object.fromEntries(taken.map(({ name, reported }) => [name, reported]));
      return await devices.change(edit, device.body.mac, { raw });
    },
  };
}

/** As for its own file, but for windows: a phone that never had its file has nothing to tell. */
async function isProven(
  { allowedNetworks, presence }: ReportParts,
  { organization, body: { born, mac, state } }: StoredDocument<Device>,
  address: string,
): Promise<boolean> {
  const known = await presence.of(organization, mac);
  const pin = known.born === born ? known.pin?.block : undefined;
  const device = { state, windowOpen: false, ...(pin !== undefined && { pin }) };
  return decideTrust({ personal: true, address, allowedNetworks, device }).trust === "full";
}

/** Keeps the differences only: a report says much that nobody asked for. */
async function keep(parts: ReportParts, device: StoredDocument<Device>, values: ReportedValues): Promise<void> {
  const { organization, body } = device;
  const desk = await parts.desks.read(parts.store, device);
  const { served } = await parts.presence.of(organization, body.mac);
  const firmware = values.get("Software_Version");
  if (firmware !== undefined && /^[\w.()-]{1,64}$/.test(firmware))
    parts.presence.note(organization, body.mac, { born: body.born, firmware });
  // What it was given before is not known any more in the words of parameters: it tells again when it has the latest.
  if (served === undefined || served.digest !== desk.digest) return;
  const { compared, parameters } = compare(parts, desk, values);
  const report = {
    born: body.born,
    at: new Date(parts.clock()).toISOString(),
    revision: served.n,
    compared,
    parameters,
  };
  await parts.told.transaction((transaction) => transaction.put({ organization, kind, id: body.mac }, report));
}

function compare({ catalogue }: ReportParts, { family, parameters }: Desk, values: ReportedValues) {
  const { isSecret } = catalogue.family(family.id).vocabularyTable;
  const drifted: DriftedParameter[] = [];
  let compared = 0;
  for (const [name, value] of parameters) {
    const reported = values.get(name);
    if (reported === undefined || isSecret(name) || isRule(name)) continue;
    compared += 1;
    const given = plain(value);
    if (reported !== given && drifted.length < mostDrifted) drifted.push({ name, given, reported });
  }
  return { compared, parameters: drifted };
}

/** Rules lead a phone to its file: what it says of them is never taken over, and may hold a key. */
function isRule(name: string): boolean {
  return /(?:^|\/)(?:Profile_Rule|Upgrade_Rule|Report_Rule|\w*_Rule|GPP_)/.test(name);
}
