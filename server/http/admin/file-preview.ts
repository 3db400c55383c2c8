import type { ModelDesk } from "../../domain/desk.ts";
import { Failure } from "../../domain/failures.ts";
import type { FileSpec } from "../../domain/model.ts";
import { maskParameters } from "../../domain/secret-parameters.ts";
import type { Desk } from "../../office/desk/desk.ts";
import type { RenderedFile } from "../../render/phone-files.ts";
import type { Caller } from "../../security/bearer.ts";
import { chooseFile } from "./file-choice.ts";
import { seesShared } from "./granted.ts";
import type { AdminParts } from "./parts.ts";

const sharedByAll = "this file is the same for all organizations: who has a grant in default sees it";

/**
 * A file as this device would get it, made of masked parameters; undefined for a name that leads nowhere, FORBIDDEN for
 * one that a caller is not to see.
 */
export async function previewFile(
  parts: AdminParts,
  desk: Desk,
  name: string,
  caller: Caller,
): Promise<RenderedFile | undefined> {
  const choice = chooseFile(parts, desk, name);
  if (choice?.serves === "shelf") throw new Failure("NOT_FOUND", "this file comes from the shelf as it is");
  if (choice?.serves === "nothing") throw new Failure("NO_SUCH_FILE", choice.spec.why);
  if (choice === undefined) return undefined;
  if (choice.serves === "device") return await parts.files.forDevice(choice.spec, maskDesk(parts, desk));
  if (!seesShared(caller)) throw new Failure("FORBIDDEN", sharedByAll);
  return await renderShared(parts, desk, choice.spec);
}

/** A file that is not this device's own: the same for every phone of the model or family. */
export async function renderShared(parts: AdminParts, desk: Desk, spec: FileSpec): Promise<RenderedFile> {
  const { catalogue, desks, files, shelf, store } = parts;
  const family = catalogue.family(desk.family.id);
  if (spec.serves === "common") {
    return await files.forFamily(spec, family, await desks.common(store, family.id), shelf.files);
  }
  const bootstrap = await desks.bootstrap(store, desk.model);
  return await files.forModel(spec, maskModelDesk(parts, bootstrap));
}

export function maskModelDesk({ catalogue, masking }: AdminParts, desk: ModelDesk): ModelDesk {
  return { ...desk, parameters: maskParameters(desk.parameters, catalogue.family(desk.family.id), masking.mask) };
}

/**
 * The device with its secrets hidden. Rendered files are kept by digest, so a preview has one of its own: else a phone
 * could get a masked file, and a person a real one.
 */
export function maskDesk({ catalogue, masking }: AdminParts, desk: Desk): Desk {
  const parameters = maskParameters(desk.parameters, catalogue.family(desk.family.id), masking.mask);
  return desk.showing(parameters, `preview-${desk.digest}`);
}
