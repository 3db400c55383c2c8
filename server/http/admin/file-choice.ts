import type { FileSpec, ModelProfile } from "../../domain/model.ts";
import type { Desk } from "../../office/desk/desk.ts";
import type { AdminParts } from "./parts.ts";

/** What a name leads to for one device. */
export type Choice =
  | { readonly serves: "device" | "bootstrap" | "common" | "nothing"; readonly spec: FileSpec }
  | { readonly serves: "shelf"; readonly size: number };

/** The same order as in `provision.ts`: own file, bootstrap, shelf, companion, a deliberate no. */
export function chooseFile({ catalogue, shelf }: AdminParts, desk: Desk, name: string): Choice | undefined {
  const { mac, candidates } = catalogue.names.find(name);
  const own = candidates.filter(
    ({ family, model }) => family === desk.family.id && (model === undefined || model === desk.model.id),
  );
  const of = (serves: FileSpec["serves"]) => own.find(({ file }) => file.serves === serves)?.file;
  const personal = mac === undefined ? undefined : of("device");
  if (personal) return mac === desk.device.body.mac ? { serves: "device", spec: personal } : undefined;
  const bootstrap = of("bootstrap");
  if (bootstrap) return { serves: "bootstrap", spec: bootstrap };
  const onShelf = shelf.find(name);
  if (onShelf) return { serves: "shelf", size: onShelf.size };
  for (const serves of ["common", "nothing"] as const) {
    const spec = of(serves);
    if (spec) return { serves, spec };
  }
  return undefined;
}

/** A name of the family's list as this device writes it: `{psn}` and `{pn}` may stand for several. */
export function writeOutName(name: string, { device, family, model }: Desk): readonly string[] {
  const { mac } = device.body;
  // How the phone writes its MAC is seen from the names it asks for at boot.
  const upper = family.boot.some(({ ask }) => ask.includes("{MAC}"));
  const own = name.replaceAll("{mac}", upper ? mac.toUpperCase() : mac);
  return fill(own, model);
}

function fill(name: string, { recognise }: ModelProfile): readonly string[] {
  if (name.includes("{psn}")) return recognise.psn.map((psn) => name.replaceAll("{psn}", psn));
  if (name.includes("{pn}")) return recognise.pn.map((pn) => name.replaceAll("{pn}", pn));
  return [name];
}
