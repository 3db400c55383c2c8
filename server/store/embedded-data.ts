import type { DocumentKey, FindQuery, StoredDocument } from "../domain/ports.ts";
import { SortedMap } from "./sorted-map.ts";
import { compareText } from "./text-order.ts";

/** A document in memory, frozen, with the unique names it holds. */
export interface Entry {
  readonly document: StoredDocument;
  readonly unique: readonly string[];
}

/** What one commit does to one document: its new entry, or undefined where it is deleted. */
export interface EntryChange {
  readonly key: DocumentKey;
  readonly entry: Entry | undefined;
}

/** By organization, then id, in order. */
export type KindIndex<Value> = SortedMap<SortedMap<Value>>;

/** Everything an embedded store holds; what lowdb keeps in memory. */
export class StoreData {
  /** The number of the last commit in here; commits are counted from 1. */
  commit = 0;
  /** The number of the last audit entry that was made. */
  audit = 0;
  readonly #kinds = new Map<string, KindIndex<Entry>>();
  readonly #holders = new Map<string, Entry>();

  get(key: DocumentKey): Entry | undefined {
    return this.#kinds.get(key.kind)?.get(key.organization)?.get(key.id);
  }

  holder(uniqueName: string): Entry | undefined {
    return this.#holders.get(uniqueName);
  }

  /** The documents a query asks for, in order, without regard to its limit. */
  *walk(query: FindQuery): Generator<Entry> {
    for (const [, entry] of walkIndex(this.#kinds.get(query.kind), query)) {
      yield entry;
    }
  }

  /** Every document there is now, as a list that later commits do not touch. */
  entries(): Entry[] {
    return [...this.#kinds.keys()].flatMap((kind) => [...this.walk({ kind })]);
  }

  /** Applies the changes of one commit and returns those that undo them. */
  apply(changes: readonly EntryChange[]): readonly EntryChange[] {
    const before = changes.map(({ key }) => ({ key, entry: this.get(key) }));
    // All names are released before any is taken: a name may move from one document to another in one commit.
    for (const name of before.flatMap(({ entry }) => entry?.unique ?? [])) {
      this.#holders.delete(name);
    }
    for (const { key, entry } of changes) {
      this.#place(key, entry);
    }
    return before;
  }

  #place(key: DocumentKey, entry: Entry | undefined): void {
    if (entry === undefined) {
      this.#kinds.get(key.kind)?.get(key.organization)?.delete(key.id);
      return;
    }
    placeInIndex(this.#kinds, key, entry);
    for (const name of entry.unique) {
      this.#holders.set(name, entry);
    }
  }
}

/** Puts a value at its place, making the places above it. */
export function placeInIndex<Value>(kinds: Map<string, KindIndex<Value>>, key: DocumentKey, value: Value): void {
  const organizations = kinds.get(key.kind) ?? new SortedMap<SortedMap<Value>>();
  kinds.set(key.kind, organizations);
  const ids = organizations.get(key.organization) ?? new SortedMap<Value>();
  organizations.set(key.organization, ids);
  ids.set(key.id, value);
}

/** Organization and value of what a query asks for, in order of organization and id. */
export function* walkIndex<Value>(
  index: KindIndex<Value> | undefined,
  query: FindQuery,
): Generator<readonly [string, Value]> {
  const { organization: only, after } = query;
  for (const [organization, ids] of index?.entries(firstOrganization(query)) ?? []) {
    if (only !== undefined && organization !== only) {
      return;
    }
    for (const [id, value] of ids.entries(firstId(organization, after))) {
      if (id !== after?.id || organization !== after.organization) {
        yield [organization, value];
      }
    }
  }
}

/** The later one of the organization that is asked for and the one to continue in. */
function firstOrganization({ organization, after }: FindQuery): string | undefined {
  if (organization === undefined || after === undefined) {
    return organization ?? after?.organization;
  }
  return compareText(organization, after.organization) < 0 ? after.organization : organization;
}

/** Where to begin in an organization: undefined for its first id. */
function firstId(organization: string, after: FindQuery["after"]): string | undefined {
  return organization === after?.organization ? after.id : undefined;
}

/** Orders documents of one kind as find does. */
export function compareKeys(left: DocumentKey, right: DocumentKey): number {
  return compareText(left.organization, right.organization) || compareText(left.id, right.id);
}
