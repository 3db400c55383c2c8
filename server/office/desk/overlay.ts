import type { DocumentKey, FindQuery, StoredDocument, StoreReader } from "../../domain/ports.ts";

/** A document as it would be; without a body: one that would not be there. */
export type Laid = StoredDocument | (DocumentKey & { readonly body?: undefined });

/** The same documents with these laid over them. A query gives all that it finds: `after` and `limit` are not for here. */
export function overlaid(reader: StoreReader, documents: readonly Laid[]): StoreReader {
  const laid = new Map(documents.map((each) => [nameOf(each), each]));
  const seen = (document: Laid): document is StoredDocument => document.body !== undefined;
  return {
    async get<Body>(key: DocumentKey) {
      const over = laid.get(nameOf(key));
      if (!over) return await reader.get<Body>(key);
      return seen(over) ? (over as StoredDocument<Body>) : undefined;
    },
    holder: (name) => reader.holder(name),
    async find<Body>(query: FindQuery) {
      const below = await reader.find<Body>(query);
      const mine = [...laid.values()].filter((each) => isFound(each, query));
      if (mine.length === 0) return below;
      const others = below.filter((each) => !laid.has(nameOf(each)));
      const all = [...others, ...(mine.filter(seen) as StoredDocument<Body>[])];
      return all.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    },
  };
}

function isFound({ kind, organization }: Laid, query: FindQuery): boolean {
  return kind === query.kind && (query.organization === undefined || query.organization === organization);
}

function nameOf({ organization, kind, id }: DocumentKey): string {
  return `${organization}\n${kind}\n${id}`;
}

function placeOf({ organization, id }: DocumentKey): string {
  return `${organization}\n${id}`;
}
