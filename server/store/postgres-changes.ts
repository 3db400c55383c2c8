import type { DocumentKey, StoreChange } from "../domain/ports.ts";
import { keyText, plainKey } from "./document-rules.ts";
import { type Ask, type DocumentRow, documentOf } from "./postgres-documents.ts";

export const channel = "offhook_changes";

/** What one commit changed, as nodes tell each other: keys and versions, because a notification holds 8,000 bytes. */
export interface Announcement {
  readonly store: string;
  /** Chosen by the node that committed, to know its own announcement when it comes back. */
  readonly token: string;
  /** True when the next notification goes on with the same commit. */
  readonly more: boolean;
  readonly changes: readonly AnnouncedChange[];
}

/** Organization, kind, id, version. */
export type AnnouncedChange = readonly [string, string, string, number];

const longestPayload = 7_500;

/** Tells all nodes, when the transaction that asks for it is committed. */
export async function announce(ask: Ask, store: string, token: string, changes: readonly StoreChange[]): Promise<void> {
  const groups = groupBySize(changes.map(({ organization, kind, id, version }) => [organization, kind, id, version]));
  for (const [index, group] of groups.entries()) {
    const announcement: Announcement = { store, token, more: index < groups.length - 1, changes: group };
    await ask("SELECT pg_notify($1, $2)", [channel, JSON.stringify(announcement)]);
  }
}

/** What the announced documents are now: of a newer version where they changed again, without body where they are gone. */
export async function readChanges(
  ask: Ask,
  store: string,
  announced: readonly AnnouncedChange[],
): Promise<StoreChange[]> {
  const column = (index: number) => announced.map((change) => change[index]);
  const rows = await ask<DocumentRow>(
    `SELECT d.organization, d.kind, d.id, d.version, d.body
       FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (organization, kind, id)
       JOIN documents d USING (organization, kind, id) WHERE d.store = $1`,
    [store, column(0), column(1), column(2)],
  );
  const found = new Map(rows.map((row) => [keyText(row), documentOf(row)]));
  return announced.map(([organization, kind, id, version]) => {
    const key: DocumentKey = { organization, kind, id };
    return found.get(keyText(key)) ?? Object.freeze({ ...plainKey(key), version });
  });
}

/**
 * Everything that changed since a time of the database's clock, in slices; what changed shortly before comes again, since
 * a transaction's writes are older than its commit.
 */
export async function* readChangesSince(ask: Ask, store: string, time: string): AsyncGenerator<StoreChange[]> {
  const rows = await ask<DocumentKey & { version: number }>(
    `SELECT organization, kind, id, version FROM documents
       WHERE store = $1 AND changed_at >= $2::timestamptz - interval '2 minutes'
     UNION ALL
     SELECT organization, kind, id, version FROM removals
       WHERE store = $1 AND removed_at >= $2::timestamptz - interval '2 minutes'`,
    [store, time],
  );
  const keys = new Map(rows.map((row) => [keyText(row), row]));
  const announced = [...keys.values()].map(
    ({ organization, kind, id, version }): AnnouncedChange => [organization, kind, id, version],
  );
  for (let start = 0; start < announced.length; start += 500) {
    yield await readChanges(ask, store, announced.slice(start, start + 500));
  }
}

/** Groups that each fit into one notification; a single change always does, since keys are bounded. */
function groupBySize(changes: readonly AnnouncedChange[]): AnnouncedChange[][] {
  const groups: AnnouncedChange[][] = [];
  let room = 0;
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change)) + 1;
    if (size > room) {
      groups.push([]);
      room = longestPayload;
    }
    groups.at(-1)?.push(change);
    room -= size;
  }
  return groups;
}
