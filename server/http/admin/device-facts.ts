import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { type NotPushed, type PushFacts, type Sync, syncOf } from "../../domain/sync.ts";
import { type EnrolmentWindow, windowTakes } from "../../domain/window.ts";
import type { PresenceFacts } from "../../journal/presence.ts";
import type { Revision } from "../../office/revisions/revisions.ts";
import type { AdminParts } from "./parts.ts";

/** A device's document with what is known of the phone itself. */
export interface KnownDevice {
  readonly document: StoredDocument<Device>;
  readonly presence: PresenceFacts;
  readonly revision: Revision | undefined;
  readonly windowOpen: boolean;
  readonly sync: Sync;
}

/** What is known beside the documents of devices: of one, or of all of an organization. */
interface Knowledge {
  presence(mac: Mac): PresenceFacts | undefined;
  revision(mac: Mac): Revision | undefined;
  push(mac: Mac): PushFacts | NotPushed | undefined;
  readonly windows: readonly EnrolmentWindow[];
  readonly now: number;
}

export async function knowDevice(parts: AdminParts, document: StoredDocument<Device>): Promise<KnownDevice> {
  const { organization, body } = document;
  const [presence, revision, push, windows] = await Promise.all([
    parts.presence.of(organization, body.mac),
    parts.revisions.of(organization, body.mac),
    parts.store.get<PushFacts | NotPushed>({ organization, kind: "push", id: body.mac }),
    roomyWindows(parts, organization),
  ]);
  return know(document, {
    presence: () => presence,
    revision: () => revision,
    push: () => push?.body,
    windows,
    now: parts.clock(),
  });
}

export async function knowDevices(parts: AdminParts, organization: string): Promise<KnownDevice[]> {
  const { store } = parts;
  const [documents, presence, revisions, pushes, windows] = await Promise.all([
    store.find<Device>({ organization, kind: "device" }),
    parts.presence.all(organization),
    store.find<Revision>({ organization, kind: "revision" }),
    store.find<PushFacts | NotPushed>({ organization, kind: "push" }),
    roomyWindows(parts, organization),
  ]);
  const byMac = new Map(revisions.map(({ id, body }) => [id, body]));
  const pushed = new Map(pushes.map(({ id, body }) => [id, body]));
  const knowledge = {
    presence: (mac: Mac) => presence.get(mac),
    revision: (mac: Mac) => byMac.get(mac),
    push: (mac: Mac) => pushed.get(mac),
    windows,
    now: parts.clock(),
  };
  return documents.map((document) => know(document, knowledge));
}

/** Windows that still have room; how many they took in is known where phones meet them. */
async function roomyWindows({ store, windows }: AdminParts, organization: string): Promise<EnrolmentWindow[]> {
  const documents = await store.find<EnrolmentWindow>({ organization, kind: "enrolment-window" });
  return documents
    .map(({ body }) => body)
    .filter((window) => window.count === undefined || windows.taken(window) < window.count);
}

function know(document: StoredDocument<Device>, { windows, now, ...knowledge }: Knowledge): KnownDevice {
  const { body } = document;
  const presence = knowledge.presence(body.mac) ?? {};
  const revision = knowledge.revision(body.mac);
  const { served } = presence;
  const push = knowledge.push(body.mac);
  const sync = syncOf({
    seen: presence.lastSeen !== undefined,
    ...(served && { served }),
    ...(revision && { desired: revision }),
    ...(push && { push }),
    now,
  });
  const windowOpen = windows.some((window) => takesIn(window, body, presence, now));
  return { document, presence, revision, windowOpen, sync };
}

/** From some address at least; it is closed for a device that it took in already. */
function takesIn({ networks: _, ...window }: EnrolmentWindow, device: Device, { pin }: PresenceFacts, now: number) {
  return (
    pin?.window !== window.id &&
    windowTakes(window, { taken: new Map() }, { ...device, pinned: pin !== undefined }, "", now)
  );
}
