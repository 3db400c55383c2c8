import type { Delivery, Exchange } from "../domain/exchange.ts";
import type { Mac } from "../domain/mac.ts";
import type { JournalFile } from "./journal-file.ts";

export interface ExchangeQuery {
  readonly organization?: string;
  readonly mac?: Mac;
  readonly limit: number;
  /** Continue before this id. */
  readonly before?: string;
}

export interface ListedExchange extends Exchange {
  /** How often the same refusal came within a minute; it is kept once. */
  readonly times: number;
}

/** What phones asked and were told: bounded, lossy under load, and never in a phone's way. */
export interface Journal {
  /** False when it only counts up the same refusal of a moment ago. */
  record(exchange: Exchange): boolean;
  delivered(id: string, delivery: Delivery): void;
  /** Newest first. */
  list(query: ExchangeQuery): readonly ListedExchange[];
  watch(listener: (exchange: ListedExchange) => void): () => void;
  close(): Promise<void>;
}

const mostKept = 20_000;
const mergeWithinMs = 60_000;

type Kept = { -readonly [Field in keyof ListedExchange]: ListedExchange[Field] };

/** `file` keeps the journal over a restart; without one it lives in memory. */
export function createJournal(file?: JournalFile): Journal {
  const kept = new Map<string, Kept>();
  const keep = keeper(kept);
  const refusals = new Map<string, Kept>();
  const listeners = new Set<(exchange: ListedExchange) => void>();
  for (const exchange of file?.readTail(mostKept) ?? []) keep({ times: 1, ...exchange });

  return {
    record(exchange) {
      if (exchange.outcome !== "served" && merge(refusals, exchange)) return false;
      const entry: Kept = { ...exchange, times: 1 };
      keep(entry);
      if (exchange.outcome !== "served") remember(refusals, entry);
      file?.append(exchange);
      for (const listener of listeners) listener(entry);
      return true;
    },
    delivered(id, delivery) {
      const entry = kept.get(id);
      if (!entry) return;
      entry.delivery = delivery;
      file?.append({ id, delivery });
      for (const listener of listeners) listener(entry);
    },
    list: (query) => newestFirst(kept, query),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await file?.close();
    },
  };
}

/** Knows the oldest by its place: to ask a map for its first key means to pass over all that were deleted before. */
function keeper(kept: Map<string, Kept>): (entry: Kept) => void {
  const ids: string[] = [];
  let next = 0;
  return (entry) => {
    const oldest = ids[next];
    if (oldest !== undefined) kept.delete(oldest);
    ids[next] = entry.id;
    next = (next + 1) % mostKept;
    kept.set(entry.id, entry);
  };
}

/** The same refusal again within a minute counts up instead of filling the journal. */
function merge(refusals: Map<string, Kept>, exchange: Exchange): boolean {
  const before = refusals.get(sameness(exchange));
  if (!before || Date.parse(exchange.at) - Date.parse(before.at) > mergeWithinMs) return false;
  before.times++;
  return true;
}

function remember(refusals: Map<string, Kept>, entry: Kept): void {
  refusals.delete(sameness(entry));
  refusals.set(sameness(entry), entry);
  if (refusals.size <= 2000) return;
  for (const oldest of refusals.keys()) {
    refusals.delete(oldest);
    return;
  }
}

function sameness({ address, name, outcome, via }: Exchange): string {
  return `${via} ${address} ${outcome} ${name}`;
}

function newestFirst(kept: Map<string, Kept>, { organization, mac, limit, before }: ExchangeQuery): ListedExchange[] {
  const found: ListedExchange[] = [];
  const all = [...kept.values()];
  for (let index = all.length - 1; index >= 0 && found.length < limit; index--) {
    const entry = all[index];
    if (!entry || (before !== undefined && entry.id >= before)) continue;
    if (mac !== undefined && entry.mac !== mac) continue;
    if (organization !== undefined && entry.organization !== undefined && entry.organization !== organization) continue;
    found.push({ ...entry });
  }
  return found;
}
