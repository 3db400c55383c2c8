import { Failure } from "../domain/failures.ts";
import type { AuditEntry, Clock, DocumentKey, StoredDocument, StoreReader, StoreTransaction } from "../domain/ports.ts";

import type { Cause } from "./revisions/revisions.ts";

/** Who changes something, where, and which version they have seen. */
export interface Edit {
  readonly organization: string;
  readonly actor: string;
  /** From `If-Match`: another version there fails with STALE. */
  readonly ifMatch?: number;
  /** From the body's `version`: another version there fails with CONFLICT. */
  readonly seen?: number;
}

/** The document to change, when it is there in the version that the caller has seen. */
export async function readForEdit<Body>(
  reader: StoreReader,
  key: DocumentKey,
  edit: Edit,
): Promise<StoredDocument<Body>> {
  const document = await reader.get<Body>(key);
  if (!document) throw new Failure("NOT_FOUND", `there is no ${key.kind} "${key.id}"`);
  const { version } = document;
  if (edit.ifMatch !== undefined && edit.ifMatch !== version) {
    throw new Failure("STALE", `version ${version} is there, not ${edit.ifMatch}`);
  }
  if (edit.seen !== undefined && edit.seen !== version) {
    throw new Failure("CONFLICT", `it was changed meanwhile: version ${version} is there, not ${edit.seen}`, {
      errors: [{ pointer: "/version", code: "stale", detail: `version ${version} is there` }],
    });
  }
  return document;
}

/** Writes who did what beside the change. `fields` are names only; values may be secret. */
export function audited(
  transaction: StoreTransaction,
  clock: Clock,
  edit: Edit,
  action: string,
  key: DocumentKey,
  fields?: readonly string[],
): void {
  const entry: AuditEntry = {
    at: new Date(clock()).toISOString(),
    organization: edit.organization,
    actor: edit.actor,
    action,
    kind: key.kind,
    id: key.id,
    ...(fields && { detail: { fields } }),
  };
  transaction.audit(entry);
}

/** What a revision says of the change that made it. */
export function causeOf({ actor }: Edit, action: string, id?: string): Cause {
  return { by: actor, why: id === undefined ? action : `${action} ${id}` };
}

/** The same where nobody changed anything. */
export function byOffhook(why: string): Cause {
  return { by: "offhook", why };
}

/** PATCH of a flat map: null takes a name away. */
export function mergeMap<Value>(
  before: Readonly<Record<string, Value>>,
  change: Readonly<Record<string, Value | null>>,
): Record<string, Value> {
  const merged: Record<string, Value> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** A unique name that is taken, as an error about the field that holds it. */
export function nameTaken(error: unknown, pointer: string, detail: string): unknown {
  if (!(error instanceof Failure) || error.code !== "CONFLICT" || error.errors[0]?.code !== "taken") return error;
  return new Failure("CONFLICT", detail, { cause: error, errors: [{ pointer, code: "taken", detail }] });
}
