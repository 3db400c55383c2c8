import { createHash } from "node:crypto";
import type { DocumentKey } from "../../domain/ports.ts";

/** A change that people made, as it is kept for a while. Times are RFC 3339. */
export interface ChangeRecord {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  /** As the audit names it. */
  readonly action: string;
  /** What was changed, the first fifty, and how many these are in all. */
  readonly what: readonly DocumentName[];
  readonly documents: number;
  readonly until: string;
  /** What keeping it takes, about. */
  readonly bytes: number;
  /** Why it can't be taken back. */
  readonly cannot?: string;
  readonly undone?: { readonly at: string; readonly by: string };
}

export interface DocumentName {
  readonly kind: string;
  readonly id: string;
}

/** A document as it was before a change, secrets sealed where they stand; without `before` it was not there. */
export interface FormerDocument extends DocumentName {
  readonly before?: unknown;
  /** What the change made of it (`markOf`); absent where the change removed it. */
  readonly after?: string;
}

/** Kept apart from its record: it may be large, and only an undo reads it. */
export interface ChangeImage {
  readonly documents: readonly FormerDocument[];
}

export const undoMinutes = 10;
export const mostListed = 50;

export const changeKind = "change";
const imageKind = "change-image";

export function imageKey({ organization, id }: Omit<DocumentKey, "kind">): DocumentKey {
  return { organization, kind: imageKind, id };
}

/** The same for the same content, also where it was written again since. */
export function markOf(body: unknown): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22);
}
