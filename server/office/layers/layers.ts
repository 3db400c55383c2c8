import { ulid } from "ulid";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device, LayerDocument } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import type { SettingsCheck } from "../../domain/settings.ts";
import type { Sealer } from "../../security/sealer.ts";
import { audited, causeOf, type Edit, readForEdit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { type LayerChange, type LayerKind, layerDocumentErrors, layerErrors, mergeLayer } from "./change.ts";

/** Organization, sites and presets: documents that are a layer of settings. */
export interface Layers {
  add(edit: Edit, kind: "site" | "preset", change: LayerChange): Promise<StoredDocument<LayerDocument>>;
  change(edit: Edit, kind: LayerKind, id: string, change: LayerChange): Promise<StoredDocument<LayerDocument>>;
  /** Fails with CONFLICT while a device uses it; the site `main` stays. */
  remove(edit: Edit, kind: "site" | "preset", id: string): Promise<void>;
}

export interface LayerParts {
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly sealer: Sealer;
  readonly revisions: Revisions;
  readonly checkSettings: SettingsCheck;
  readonly clock: Clock;
}

export function createLayers(parts: LayerParts): Layers {
  const { store, revisions, clock } = parts;

  async function users(organization: string, kind: LayerKind, id: string): Promise<readonly StoredDocument<Device>[]> {
    const devices = await store.find<Device>({ organization, kind: "device" });
    return kind === "organization" ? devices : devices.filter(({ body }) => body[kind] === id);
  }

  return {
    async add(edit, kind, change) {
      const key = { organization: edit.organization, kind, id: change.id ?? ulid(clock()) };
      refuseIf(layerErrors(parts, kind, change));
      return await store.transaction(async (transaction) => {
        if (await transaction.get(key)) {
          throw new Failure("CONFLICT", `${kind} ${key.id} is there already`, {
            errors: [finding("/id", "taken", "is there already")],
          });
        }
        audited(transaction, clock, edit, `${kind}.add`, key, Object.keys(change));
        const blank = { id: key.id, name: key.id, settings: {} };
        const stored = await transaction.put<LayerDocument>(key, mergeLayer(parts, key, blank, change));
        refuseIf(await layerDocumentErrors(parts, transaction, edit.organization, change));
        return stored;
      });
    },
    async change(edit, kind, id, change) {
      const key = { organization: edit.organization, kind, id };
      refuseIf(layerErrors(parts, kind, change));
      const written = await store.transaction(async (transaction) => {
        const { body } = await readForEdit<LayerDocument>(transaction, key, edit);
        audited(transaction, clock, edit, `${kind}.change`, key, Object.keys(change));
        const stored = await transaction.put<LayerDocument>(key, mergeLayer(parts, key, body, change));
        refuseIf(await layerDocumentErrors(parts, transaction, edit.organization, change));
        return stored;
      });
      await revisions.refresh(await users(edit.organization, kind, id), causeOf(edit, `${kind}.change`, id));
      return written;
    },
    async remove(edit, kind, id) {
      const key = { organization: edit.organization, kind, id };
      if (kind === "site" && id === "main") throw new Failure("CONFLICT", "the site main can't be removed");
      await store.transaction(async (transaction) => {
        await readForEdit<LayerDocument>(transaction, key, edit);
        const devices = await transaction.find<Device>({ organization: edit.organization, kind: "device" });
        const user = devices.find(({ body }) => body[kind] === id);
        if (user) throw new Failure("CONFLICT", `device ${user.id} uses this ${kind}; move it first`);
        await transaction.delete(key);
        audited(transaction, clock, edit, `${kind}.remove`, key);
      });
    },
  };
}

/** A fresh install has one organization, `default`, with one site, `main`. */
export async function foundOffice(store: Store): Promise<void> {
  await store.transaction(async (transaction) => {
    const organization = "default";
    for (const [kind, id, name] of [
      ["organization", organization, "Default"],
      ["site", "main", "Main"],
    ] as const) {
      const key = { organization, kind, id };
      if (!(await transaction.get(key))) await transaction.put<LayerDocument>(key, { id, name, settings: {} });
    }
  });
}
