import type { AuditEntry, StoredAuditEntry } from "../domain/ports.ts";
import { deepFreeze } from "./json-copy.ts";
import type { Ask } from "./postgres-documents.ts";

export interface AuditQuery {
  readonly organization?: string;
  readonly limit: number;
  readonly before?: number;
}

/** Writes the entries in their order. */
export async function insertAudit(ask: Ask, store: string, entries: readonly AuditEntry[]): Promise<void> {
  const details = entries.map(({ detail }) => (detail === undefined ? null : JSON.stringify(detail)));
  const column = (name: Exclude<keyof AuditEntry, "detail">) => entries.map((entry) => entry[name]);
  await ask(
    `INSERT INTO audit (store, organization, at, actor, action, kind, id, detail)
     SELECT $1, organization, at, actor, action, kind, id, detail
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::json[])
       WITH ORDINALITY AS entry (organization, at, actor, action, kind, id, detail, place) ORDER BY place`,
    [
      store,
      column("organization"),
      column("at"),
      column("actor"),
      column("action"),
      column("kind"),
      column("id"),
      details,
    ],
  );
}

/** Newest first. The database gives 64-bit numbers as texts. */
export async function readAudit(ask: Ask, store: string, query: AuditQuery): Promise<StoredAuditEntry[]> {
  const values: unknown[] = [store, Math.max(0, query.limit)];
  const conditions = ["store = $1"];
  if (query.organization !== undefined) {
    conditions.push(`organization = $${values.push(query.organization)}`);
  }
  if (query.before !== undefined) {
    conditions.push(`n < $${values.push(query.before)}`);
  }
  const rows = await ask<AuditEntry & { n: string; detail: AuditEntry["detail"] | null }>(
    `SELECT n, organization, at, actor, action, kind, id, detail FROM audit
      WHERE ${conditions.join(" AND ")} ORDER BY n DESC LIMIT $2`,
    values,
  );
  return rows.map(({ n, detail, ...entry }) =>
    deepFreeze({ ...entry, ...(detail !== null && { detail }), n: Number(n) }),
  );
}
