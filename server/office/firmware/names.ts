import type { Catalogue } from "../../catalogue/catalogue.ts";
import { Failure } from "../../domain/failures.ts";
import type { FileSpec } from "../../domain/model.ts";
import { finding } from "../refusals.ts";

/**
 * Refuses (INVALID, with this pointer) a file that phones would get in place of what Offhook makes itself, since nobody
 * would see that it has other emergency numbers, and one that phones are not given on purpose.
 */
export function refuseNames(catalogue: Catalogue, names: readonly string[], pointer: string): void {
  for (const name of names) {
    const reason = whyNotTaken(catalogue, name);
    if (reason === undefined) continue;
    const detail = `"${name}" is not taken: ${reason}`;
    throw new Failure("INVALID", detail, { errors: [finding(pointer, "name", detail)] });
  }
}

function whyNotTaken({ names }: Catalogue, name: string): string | undefined {
  const refused = names.find(name).candidates.find(({ file }) => file.shelf !== true);
  return refused && reasonOf(refused.file);
}

function reasonOf({ serves, why }: FileSpec): string {
  return serves === "nothing" ? (why ?? "phones are not given it") : "Offhook makes it itself";
}
