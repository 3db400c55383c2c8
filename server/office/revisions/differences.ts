import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Line } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Store, StoredDocument } from "../../domain/ports.ts";
import { differencesIn, differingNames, type ParameterDifference } from "../changes/parameter-differences.ts";
import type { Desks } from "../desk/desk.ts";
import { overlaid } from "../desk/overlay.ts";
import type { Revision, Revisions } from "./revisions.ts";
import type { Snapshot } from "./snapshots.ts";

/** What is different between two revisions, as far as the device and its lines make it so. */
export interface RevisionDifference {
  readonly before: Revision;
  readonly after: Revision;
  /** Neither the device nor its lines differ: layers, templates or Offhook made the later one. */
  readonly sameDocuments: boolean;
  /** Both worked out over the layers of today; those of then are not kept. */
  readonly parameters: readonly ParameterDifference[];
}

export interface RevisionDifferences {
  /** Of `n` with another, the newest when none is named. Fails as `keptRevision` does. */
  between(organization: string, mac: Mac, n: number, against?: number): Promise<RevisionDifference>;
}

export interface RevisionDifferenceParts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly desks: Desks;
  readonly revisions: Pick<Revisions, "history" | "snapshot">;
}

export function createRevisionDifferences(parts: RevisionDifferenceParts): RevisionDifferences {
  const { catalogue, revisions } = parts;
  return {
    async between(organization, mac, n, against) {
      const one = await keptRevision(parts, organization, mac, n);
      const newest = (await revisions.history(organization, mac))[0]?.n ?? n;
      const other = await keptRevision(parts, organization, mac, against ?? newest);
      const [before, after] = [await deskOf(parts, organization, one), await deskOf(parts, organization, other)];
      const family = catalogue.family(after.family.id);
      return {
        before: one.revision,
        after: other.revision,
        sameDocuments: one.revision.snapshot === other.revision.snapshot,
        parameters: differencesIn(family, differingNames(before, after), before.parameters, after.parameters),
      };
    },
  };
}

export interface KeptRevision {
  readonly revision: Revision;
  readonly snapshot: Snapshot;
}

/** Fails with NOT_FOUND for a revision that is not kept, and with CONFLICT where what it was made of is not. */
export async function keptRevision(
  { catalogue, revisions }: Pick<RevisionDifferenceParts, "catalogue" | "revisions">,
  organization: string,
  mac: Mac,
  n: number,
): Promise<KeptRevision> {
  const revision = (await revisions.history(organization, mac)).find((each) => each.n === n);
  if (!revision) throw new Failure("NOT_FOUND", `there is no revision ${n}; the last twenty are kept`);
  const snapshot = await revisions.snapshot(organization, mac, n);
  if (!snapshot) throw new Failure("CONFLICT", `what revision ${n} was made of is not kept`);
  const { model } = snapshot.device;
  if (!catalogue.model(model)) throw new Failure("CONFLICT", `revision ${n} was of a model that is gone: ${model}`);
  return { revision, snapshot };
}

/** What the phone would be told today with the device and the lines of then. */
async function deskOf({ desks, store }: RevisionDifferenceParts, organization: string, { snapshot }: KeptRevision) {
  const lines = snapshot.lines.map((line) => lineOf(organization, line));
  const { device } = snapshot;
  const document = { organization, kind: "device", id: device.mac, version: 0, body: device };
  return await desks.read(overlaid(store, lines), document);
}

function lineOf(organization: string, body: Line): StoredDocument<Line> {
  return { organization, kind: "line", id: body.id, version: 0, body };
}
