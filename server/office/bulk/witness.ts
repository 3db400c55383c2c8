import { setImmediate } from "node:timers/promises";
import type { DocumentKey, FindQuery, StoredDocument, StoreReader } from "../../domain/ports.ts";
import { inSlices } from "../../lib/slices.ts";

/**
 * A reader that remembers what it gave, so that long checks can be made outside of a transaction and a short transaction
 * can prove that all of it is still true.
 */
export interface Witness extends StoreReader {
  /** Documents of a query that nothing depends on, unless `saw` says so. */
  list<Body>(query: FindQuery): Promise<readonly StoredDocument<Body>[]>;
  /** Documents from a list that count as read. */
  saw(documents: readonly StoredDocument[]): void;
  /** Reads all documents of a kind at once, because most of them will be asked for. */
  load(kind: WholeKind): Promise<void>;
  /** Whether everything that was read is there unchanged. */
  holdsIn(reader: StoreReader): Promise<boolean>;
}

/** All documents of a kind in an organization. */
interface WholeKind {
  readonly organization: string;
  readonly kind: string;
}

type Found = StoredDocument | undefined;

interface Asked {
  readonly key: DocumentKey;
  readonly found: Promise<Found>;
}

/** For more documents of a kind than this, all of the kind are read at once. */
const few = 50;
/** So many are read at once. */
const pageSize = 1000;

export function createWitness(reader: StoreReader): Witness {
  /** By group, then id. */
  const asked = new Map<string, Map<string, Asked>>();
  const queries = new Map<string, { readonly query: FindQuery; readonly found: Promise<readonly StoredDocument[]> }>();
  const loaded = new Map<string, ReadonlyMap<string, StoredDocument>>();

  function find(key: DocumentKey): Promise<Found> {
    const all = loaded.get(groupOf(key));
    return all ? Promise.resolve(all.get(key.id)) : reader.get(key);
  }

  function note(key: DocumentKey, found: Promise<Found>): Promise<Found> {
    const group = asked.get(groupOf(key)) ?? new Map<string, Asked>();
    asked.set(groupOf(key), group.set(key.id, { key, found }));
    return found;
  }

  return {
    get<Body>(key: DocumentKey) {
      const known = asked.get(groupOf(key))?.get(key.id)?.found ?? note(key, find(key));
      return known as Promise<StoredDocument<Body> | undefined>;
    },
    // Not remembered: whoever finds a name free and takes it is refused by the store when somebody was faster.
    holder: (name) => reader.holder(name),
    find<Body>(query: FindQuery) {
      const name = JSON.stringify(query);
      const known = queries.get(name) ?? { query, found: reader.find(query) };
      queries.set(name, known);
      return known.found as Promise<readonly StoredDocument<Body>[]>;
    },
    list: (query) => reader.find(query),
    saw(documents) {
      for (const each of documents) void note(each, Promise.resolve(each));
    },
    async load(query) {
      loaded.set(groupOf(query), byId(await findAll(reader, query)));
    },
    async holdsIn(now) {
      for (const { query, found } of queries.values()) {
        if (!(await areSame(await found, await now.find(query)))) return false;
      }
      for (const each of asked.values()) {
        const group = [...each.values()];
        const before = await Promise.all(group.map(({ found }) => found));
        if (!(await areSame(before, await readAll(now, group)))) return false;
      }
      return true;
    },
  };
}

async function readAll(reader: StoreReader, group: readonly Asked[]): Promise<readonly Found[]> {
  const [first] = group;
  if (first === undefined || group.length <= few) return await Promise.all(group.map(({ key }) => reader.get(key)));
  const { organization, kind } = first.key;
  const all = byId(await findAll(reader, { organization, kind }));
  return group.map(({ key }) => all.get(key.id));
}

/** In pages, between which others have their turn. */
async function findAll(reader: StoreReader, { organization, kind }: WholeKind): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (;;) {
    const after = found.at(-1);
    const page = await reader.find({ organization, kind, limit: pageSize, ...(after && { after }) });
    found.push(...page);
    if (page.length < pageSize) return found;
    await setImmediate();
  }
}

async function areSame(before: readonly Found[], after: readonly Found[]): Promise<boolean> {
  let same = before.length === after.length;
  await inSlices(before.keys(), (at) => {
    same &&= isSame(before[at], after[at]);
  });
  return same;
}

/** By the text as well: a document that was removed and added again begins at version 1. */
function isSame(before: Found, after: Found): boolean {
  if (before === after) return true;
  return before?.version === after?.version && JSON.stringify(before) === JSON.stringify(after);
}

function groupOf({ organization, kind }: WholeKind): string {
  return `${organization}\n${kind}`;
}

function byId(documents: readonly StoredDocument[]): ReadonlyMap<string, StoredDocument> {
  return new Map(documents.map((each) => [each.id, each]));
}
