import type { DocumentKey, FindQuery, StoredDocument } from "../domain/ports.ts";
import { checkKey, checkName, checkQuery } from "./document-rules.ts";
import { deepFreeze } from "./json-copy.ts";

/** Runs one statement and gives its rows; its failures are the product's own. */
export type Ask = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

export interface DocumentRow extends DocumentKey {
  readonly version: number;
  readonly body: unknown;
}

const columns = "d.organization, d.kind, d.id, d.version, d.body";

export function documentOf<Body>({ organization, kind, id, version, body }: DocumentRow): StoredDocument<Body> {
  return Object.freeze({ organization, kind, id, version, body: deepFreeze(body) as Body });
}

export async function getDocument<Body>(ask: Ask, store: string, key: DocumentKey) {
  checkKey(key);
  const rows = await ask<DocumentRow>(
    `SELECT ${columns} FROM documents d WHERE store = $1 AND kind = $2 AND organization = $3 AND id = $4`,
    [store, key.kind, key.organization, key.id],
  );
  return first<Body>(rows);
}

export async function holderDocument<Body>(ask: Ask, store: string, uniqueName: string) {
  checkName(uniqueName);
  const rows = await ask<DocumentRow>(
    `SELECT ${columns} FROM unique_names JOIN documents d USING (store, kind, organization, id)
      WHERE store = $1 AND name = $2`,
    [store, uniqueName],
  );
  return first<Body>(rows);
}

export async function findDocuments<Body>(ask: Ask, store: string, query: FindQuery): Promise<StoredDocument<Body>[]> {
  checkQuery(query);
  const values: unknown[] = [store, query.kind];
  const conditions = ["store = $1", "kind = $2"];
  if (query.organization !== undefined) {
    conditions.push(`organization = $${values.push(query.organization)}`);
  }
  if (query.after !== undefined) {
    const organization = `$${values.push(query.after.organization)}`;
    conditions.push(`(organization, id) > (${organization}, $${values.push(query.after.id)})`);
  }
  const limit = query.limit === undefined ? "" : `LIMIT $${values.push(Math.max(0, query.limit))}`;
  const rows = await ask<DocumentRow>(
    `SELECT ${columns} FROM documents d WHERE ${conditions.join(" AND ")} ORDER BY organization, id ${limit}`,
    values,
  );
  return rows.map((row) => documentOf<Body>(row));
}

function first<Body>([row]: readonly DocumentRow[]): StoredDocument<Body> | undefined {
  return row && documentOf<Body>(row);
}
