import { applies } from "../../domain/mapping/plan.ts";
import type { FileSpec } from "../../domain/model.ts";
import type { StoreReader } from "../../domain/ports.ts";
import type { FileStamps } from "../../domain/stamps.ts";
import { stampsToTell } from "../../domain/stamps.ts";
import type { PresenceFacts } from "../../journal/presence.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { Desk } from "../desk/desk.ts";
import type { Revision } from "../revisions/revisions.ts";
import { pushKind, type StoredNotPushed, type StoredPush } from "./records.ts";

interface Parts {
  readonly store: StoreReader;
  readonly renderer?: Pick<Renderer, "stamp">;
}

interface Facts {
  readonly desk: Desk;
  readonly presence: Pick<PresenceFacts, "served" | "begun">;
  readonly desired: Pick<Revision, "n"> | undefined;
}

/** What a notice is to say of the phone's files; `other` is a stamp that no file has. */
export async function stampsFor(
  { renderer, store }: Parts,
  { desired, desk, presence: { begun, served } }: Facts,
  other: string,
): Promise<FileStamps> {
  const { device, digest, organization } = desk;
  const key = { organization, kind: pushKind, id: device.id };
  const push = (await store.get<StoredPush | StoredNotPushed>(key))?.body;
  return stampsToTell(
    { given: renderer ? givenStamps(desk, renderer) : {}, other },
    { digest, revision: desired?.n ?? 0, ...(served && { served }), ...(begun && { begun }), ...(push && { push }) },
  );
}

/** By the id of the file, as they stand in the files that the phone gets when it asks now. */
function givenStamps(desk: Desk, renderer: Pick<Renderer, "stamp">): Record<string, string> {
  const { device, digest, family, model, parameters, settings } = desk;
  const named = new Set([...parameters.values()].map((value) => value.toLowerCase()));
  const isNamed = ({ names }: FileSpec) => names.some((name) => named.has(name.replace("{mac}", device.body.mac)));
  const own = family.files.filter(({ serves, when }) => serves === "device" && applies(when, model));
  const stamps = own.map((file): [string, string | undefined] => {
    if (file.document === undefined) return [file.id, family.stamp === undefined ? undefined : digest];
    return [file.id, isNamed(file) ? renderer.stamp(file.document, settings) : undefined];
  });
  return Object.fromEntries(stamps.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
