import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Device } from "./domain/device.ts";
import type { Delivery, PhoneReply, PhoneRequest, Provision } from "./domain/exchange.ts";
import { asFailure, Failure } from "./domain/failures.ts";
import { type Asked, type Candidate, normaliseName } from "./domain/identify.ts";
import type { FileSpec } from "./domain/model.ts";
import type { Network } from "./domain/network.ts";
import type { StoredDocument, StoreReader } from "./domain/ports.ts";
import { decideTrust, type TrustDecision } from "./domain/trust.ts";
import type { EnrolmentWindow } from "./domain/window.ts";
import type { Shelf, ShelfFile } from "./firmware/shelf.ts";
import type { Desk, Desks } from "./office/desk/desk.ts";
import type { Sightings, Story } from "./office/phones/sightings.ts";
import type { Windows } from "./office/phones/windows.ts";
import type { OrganizationFiles } from "./render/organization-files.ts";

export interface ProvisionParts {
  readonly catalogue: Catalogue;
  readonly store: StoreReader;
  readonly desks: Desks;
  readonly shelf: Shelf;
  readonly windows: Windows;
  readonly files: OrganizationFiles;
  readonly sightings: Sightings;
  readonly allowedNetworks: readonly Network[];
}

/** What a phone asked for, once it is known what that is. */
type Wanted =
  | { readonly kind: "shelf"; readonly file: ShelfFile }
  | { readonly kind: "common"; readonly candidate: Candidate }
  | { readonly kind: "personal"; readonly candidates: readonly Candidate[] };

/** A device's own file, ready to be made. */
interface Personal {
  readonly spec: FileSpec;
  readonly desk: Desk;
  readonly window?: EnrolmentWindow;
}

/**
 * Story one: a phone asks for a file, and this is everything that happens, in order.
 * identify → trust → resolve → render → respond; whatever happened is recorded.
 */
export function createProvision(parts: ProvisionParts): Provision {
  return async (request) => {
    const story = parts.sightings.begin(request);
    try {
      const asked = identify(parts, request);
      const device = asked.mac && (await parts.store.holder<Device>(`mac:${asked.mac}`));
      story.asked(asked, device);
      const wanted = choose(parts, asked);
      if (wanted.kind === "shelf") return fromShelf(parts.shelf, wanted.file, story.served({ file: "shelf" }));
      if (wanted.kind === "common") return await forAnyPhone(parts, wanted.candidate, story);

      const { window, ...decision } = await trust(parts, request, device);
      story.trusted(decision);
      if (!device || decision.trust !== "full") throw new Failure("NOT_PROVEN");
      const personal = await resolve(parts, wanted.candidates, device);
      return await respond(parts, request, { ...personal, ...(window && { window }) }, story);
    } catch (thrown) {
      const failure = asFailure(thrown);
      story.failed(failure);
      throw failure;
    } finally {
      story.record();
    }
  };
}

/** Which name, which MAC: the name itself says it, else the user agent (which proves nothing). */
function identify({ catalogue }: ProvisionParts, { path, userAgent }: PhoneRequest): Asked {
  const name = normaliseName(path);
  const { mac, candidates } = catalogue.names.find(name);
  if (mac) return { name, candidates, mac, macFrom: "name" };
  const agent = userAgent === undefined ? undefined : catalogue.byUserAgent(userAgent);
  return { name, candidates, ...(agent?.mac && { mac: agent.mac, macFrom: "userAgent" as const }) };
}

/** The shelf may stand in for companions and languages, never for a device's own file or a bootstrap. */
function choose({ shelf }: ProvisionParts, { name, candidates, mac, macFrom }: Asked): Wanted {
  const personal = candidates.filter(({ file }) => file.serves === "device");
  if (personal.length > 0 && mac && macFrom === "name") return { kind: "personal", candidates: personal };
  const bootstrap = candidates.find(({ file }) => file.serves === "bootstrap");
  if (bootstrap) return { kind: "common", candidate: bootstrap };
  const file = shelf.find(name);
  if (file) return { kind: "shelf", file };
  const common = candidates.find((candidate) => candidate.file.serves === "common");
  if (common) return { kind: "common", candidate: common };
  const refused = candidates.find((candidate) => candidate.file.serves === "nothing");
  throw refused ? new Failure("NO_SUCH_FILE", refused.file.why) : new Failure("UNKNOWN_FILE");
}

async function trust(
  { allowedNetworks, sightings, windows }: ProvisionParts,
  { address, headOnly }: PhoneRequest,
  device: StoredDocument<Device> | undefined,
): Promise<TrustDecision & { window?: EnrolmentWindow }> {
  if (!device) return decideTrust({ personal: true, address, allowedNetworks });
  const { organization, body } = device;
  const pin = await sightings.pinOf(device);
  const decide = (windowOpen: boolean) =>
    decideTrust({
      personal: true,
      address,
      allowedNetworks,
      device: { state: body.state, windowOpen, ...(pin && { pin }) },
    });
  // A phone that proves itself without a window does not use up a place in one; a phone that is refused for another
  // reason gets none either.
  const without = decide(false);
  if (without.reason !== "no-proof") return without;
  const window = windows.admit({
    organization,
    device: body,
    pinned: pin !== undefined,
    address,
    takesPlace: !headOnly,
  });
  return window ? { ...decide(true), window } : without;
}

/** The file of the device's own family, with everything that decides its content. */
async function resolve(
  { catalogue, desks, store }: ProvisionParts,
  candidates: readonly Candidate[],
  device: StoredDocument<Device>,
): Promise<Pick<Personal, "spec" | "desk">> {
  const family = catalogue.model(device.body.model)?.family;
  const match = candidates.find((candidate) => candidate.family === family);
  if (!match) throw new Failure("NO_SUCH_FILE", "phones of this device's family do not ask for this file");
  return { spec: match.file, desk: await desks.read(store, device) };
}

async function respond(
  { files, sightings, windows }: ProvisionParts,
  { address, headOnly }: PhoneRequest,
  { desk, spec, window }: Personal,
  story: Story,
): Promise<PhoneReply> {
  const file = await files.forDevice(spec, desk);
  const { body: device, organization } = desk.device;
  const isConfiguration = spec.template !== undefined;
  const revision = await sightings.revisionOf(organization, device.mac, desk.digest);
  const done = story.served({ file: spec.id, revision });
  const { born, mac } = device;
  const own = { organization, mac, born, digest: desk.digest };
  if (isConfiguration && !headOnly) sightings.sending(own);
  return {
    ...file,
    done(delivery) {
      done(delivery);
      if (!delivery.completed || !isConfiguration) return;
      if (window) windows.completed(window, mac, address);
      sightings.delivered({ ...own, address, revision, reach: desk.reach, ...(window && { window }) });
    },
  };
}

/** Bootstraps and companions: the same for every phone that asks, nothing secret. */
async function forAnyPhone(
  { catalogue, desks, files, shelf, store }: ProvisionParts,
  { family, file, model }: Candidate,
  story: Story,
) {
  const known = model === undefined ? undefined : catalogue.model(model);
  const made = known
    ? await files.forModel(file, await desks.bootstrap(store, known))
    : await files.forFamily(file, catalogue.family(family), await desks.common(store, family), shelf.files);
  return { ...made, done: story.served({ file: file.id, ...(model !== undefined && { model }) }) };
}

function fromShelf({ root }: Shelf, { name, path, size }: ShelfFile, done: (delivery: Delivery) => void): PhoneReply {
  return { file: path, name, root, size, contentType: "application/octet-stream", done };
}
