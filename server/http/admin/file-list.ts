import { asFailure } from "../../domain/failures.ts";
import type { Desk } from "../../office/desk/desk.ts";
import type { RenderedFile } from "../../render/phone-files.ts";
import { type Choice, chooseFile, writeOutName } from "./file-choice.ts";
import { renderShared } from "./file-preview.ts";
import type { AdminParts } from "./parts.ts";

export interface ListedFile {
  readonly name: string;
  readonly file: string;
  readonly serves: Choice["serves"];
  readonly size?: number;
  readonly etag?: string;
  readonly why?: string;
}

/** Every name that phones of this family ask for, and what becomes of it for this one. */
export async function listFiles(parts: AdminParts, desk: Desk): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for (const spec of desk.family.files) {
    for (const name of spec.names.flatMap((each) => writeOutName(each, desk))) {
      const choice: Choice = chooseFile(parts, desk, name) ?? { serves: spec.serves, spec };
      files.push({ name, file: spec.id, serves: choice.serves, ...(await measure(parts, desk, choice)) });
    }
  }
  return files;
}

/** Size and tag of what would be sent; a file that can't be made says why. */
async function measure(parts: AdminParts, desk: Desk, choice: Choice): Promise<Partial<ListedFile>> {
  if (choice.serves === "shelf") return { size: choice.size };
  const { spec } = choice;
  if (choice.serves === "nothing") return spec.why === undefined ? {} : { why: spec.why };
  try {
    const rendered = choice.serves === "device" ? parts.files.forDevice(spec, desk) : renderShared(parts, desk, spec);
    return facts(await rendered);
  } catch (error) {
    return { why: asFailure(error).kind.text };
  }
}

function facts({ body, tag }: RenderedFile): Partial<ListedFile> {
  return { size: body.length, etag: `"${tag}"` };
}
