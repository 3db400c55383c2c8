import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Device } from "../domain/device.ts";
import type { Parameters } from "../domain/parameters.ts";
import type { StoredDocument, StoreReader } from "../domain/ports.ts";
import type { Desk, Desks } from "./desk.ts";

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
  const restarting = new Map<string, (name: string) => boolean>();

  function restarts(model: string): (name: string) => boolean {
    const found = restarting.get(model) ?? restartsAt(catalogue, model);
    restarting.set(model, found);
    return found;
  }

  function compare(now: Desk, then: Desk): Difference {
    const { stamp } = then.family;
    const parameters = differing(now.parameters, then.parameters).filter((name) => name !== stamp);
    return { newRevision: true, parameters, restarts: parameters.some(restarts(then.model.id)) };
  }

  return {
    async towards({ reader, device }, then) {
      if ((await desks.digest(reader, device)) === then.digest) return noDifference;
      return compare(await desks.read(reader, device), then);
    },
    async between(now, then) {
      const [before, after] = [
        await desks.digest(now.reader, now.device),
        await desks.digest(then.reader, then.device),
      ];
      if (before === after) return noDifference;
      return compare(await desks.read(now.reader, now.device), await desks.read(then.reader, then.device));
    },
  };
}

function differing(now: Parameters, then: Parameters): string[] {
  const changed = [...then].filter(([name, value]) => now.get(name) !== value).map(([name]) => name);
  return [...changed, ...[...now.keys()].filter((name) => !then.has(name))];
}

/** A test for parameters that a phone of this model restarts for. */
function restartsAt({ plan }: Pick<Catalogue, "plan">, model: string): (name: string) => boolean {
  const rows = plan(model).runs.flatMap((run) => run.rows.filter((row) => row.restarts));
  const patterns = rows.map(({ to }) => new RegExp(`^${escapeRegExp(to).replace(/\\\{\w+\\\}/g, "\\d+")}$`));
  return (name) => patterns.some((pattern) => pattern.test(name));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
