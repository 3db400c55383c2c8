import Type, { type Static, type TProperties, type TSchema } from "typebox";
import { refusal } from "./validation.ts";

/** What a list can be sorted by; `natural` compares as people read: a9 before a10, é beside e. */
interface Sort<Item> {
  readonly key: (item: Item) => string;
  readonly natural?: true;
}

export interface Order<Item> {
  readonly sorts: Readonly<Record<string, Sort<Item>>>;
  /** Sort when the caller names none; `-` before it turns it round. */
  readonly usual: string;
  /** Distinguishes items that sort alike. */
  readonly id: (item: Item) => string;
}

const usualLimit = 100;

/** Query parameters of a list: `?q=&limit=&cursor=&sort=` and its own filters. */
export function pageQuery<Filters extends TProperties>(sorts: readonly string[], filters: Filters) {
  return Type.Object(
    {
      q: Type.Optional(Type.String({ maxLength: 200, description: "words to look for" })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: usualLimit })),
      cursor: Type.Optional(Type.String({ maxLength: 2000, description: "`nextCursor` of the page before" })),
      sort: Type.Optional(Type.Enum(sorts.flatMap((sort) => [sort, `-${sort}`]))),
      ...filters,
    },
    { additionalProperties: false },
  );
}

export type PageQuery = Static<ReturnType<typeof pageQuery<Record<never, never>>>>;

/** A page of a list, as it is answered. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: Type.Union([Type.Null(), Type.String()], { description: "null on the last page" }),
    total: Type.Integer({ description: "over all pages" }),
  });
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
  readonly total: number;
}

interface Ranked {
  readonly key: string;
  readonly id: string;
}

/**
 * One page. The cursor says after which item it begins, so that what is added or removed meanwhile neither doubles
 * nor hides another item.
 */
export function page<Item>(all: readonly Item[], query: PageQuery, order: Order<Item>): Page<Item> {
  const named = query.sort ?? order.usual;
  const sort = order.sorts[named.replace(/^-/, "")];
  if (!sort) throw new Error(`there is no sort ${named}`);
  const compare = comparison(sort.natural === true, named.startsWith("-"));
  const ranked = all.map((item) => ({ item, key: sort.key(item), id: order.id(item) })).sort(compare);
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, named);
  const found = after === undefined ? 0 : ranked.findIndex((each) => compare(each, after) > 0);
  const start = found < 0 ? ranked.length : found;
  const end = start + (query.limit ?? usualLimit);
  const last = ranked[end - 1];
  return {
    items: ranked.slice(start, end).map(({ item }) => item),
    nextCursor: last === undefined || end >= ranked.length ? null : writeCursor(named, last),
    total: all.length,
  };
}

function comparison(natural: boolean, descending: boolean): (a: Ranked, b: Ranked) => number {
  const { compare: byNature } = new Intl.Collator("en", { numeric: true });
  const byKey = natural ? byNature : byCodeUnit;
  const sign = descending ? -1 : 1;
  return (a, b) => sign * (byKey(a.key, b.key) || byCodeUnit(a.id, b.id));
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function writeCursor(sort: string, { key, id }: Ranked): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString("base64url");
}

function readCursor(cursor: string, sort: string): Ranked {
  const [of, key, id] = parseCursor(cursor);
  if (of === sort && typeof key === "string" && typeof id === "string") return { key, id };
  throw refusal([{ pointer: "/cursor", code: "cursor", detail: "is not a cursor of this list in this order" }]);
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
