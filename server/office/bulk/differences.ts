import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import { differingNames } from "../changes/parameter-differences.ts";
import { createPhoneEffects } from "../changes/phone-effects.ts";
import type { Desk, Desks } from "../desk/desk.ts";
import type { Outline } from "../desk/outline.ts";

/** What will be different for a phone. Names only: values may be secret. */
export interface Difference {
  /** Whether its files get another content. */
  readonly newRevision: boolean;
  /** Vendor names whose values differ, appear or go, in the family's order, without the stamp of the content itself. */
  readonly parameters: readonly string[];
  /** Whether the phone restarts to take one of them. */
  readonly restarts: boolean;
}

export const noDifference: Difference = { newRevision: false, parameters: [], restarts: false };

/** One device as one reader sees it. */
export interface Seen {
  readonly reader: StoreReader;
  readonly device: StoredDocument<Device>;
}

export interface Differences {
  /** Between what a phone is told now and the desk it would have. */
  towards(now: Seen, then: Desk): Promise<Difference>;
  /** Between what a phone is told now and what it would be told as another reader sees its documents. */
  between(now: Seen, then: Seen): Promise<Difference>;
}

export function createDifferences(parts: { readonly catalogue: Catalogue; readonly desks: Desks }): Differences {
  const { catalogue, desks } = parts;
  const effects = createPhoneEffects(catalogue);

  function compare(now: Outline, then: Outline | Desk): Difference {
    if (now.digest === then.digest) return noDifference;
    const parameters = differingNames(now, then);
    return { newRevision: true, parameters, restarts: effects.of(then.model.id, parameters) === "restarts" };
  }

  return {
    towards: async ({ reader, device }, then) => compare(await desks.outline(reader, device), then),
    between: async (now, then) =>
      compare(await desks.outline(now.reader, now.device), await desks.outline(then.reader, then.device)),
  };
}
