import type { AdminOffice, Json } from "./admin-office.ts";

/** The MAC of the n-th phone of a test. */
export function macOf(n: number): string {
  return `02aa${n.toString(16).padStart(8, "0")}`;
}

/** Everything that a refused or tried change must leave as it is: documents with versions, revisions, the audit. */
export async function everything({ office, documents }: AdminOffice): Promise<unknown> {
  const [newest] = await office.stores.config.readAudit({ limit: 1 });
  return { documents: await documents(), audit: newest };
}

/** Adds lines, each with its extension for an id. */
export async function addLines(admin: AdminOffice, extensions: readonly string[]): Promise<void> {
  for (const extension of extensions) await admin.ok("POST", "/lines", { id: extension, extension });
}

export interface PhoneReport {
  readonly mac: string;
  readonly changes: boolean;
  readonly newRevision: boolean;
  readonly parameters: readonly string[];
  readonly restarts: boolean;
  readonly errors: readonly Json[];
  readonly leftOut: readonly Json[];
}

export interface Report {
  readonly totals: Readonly<Record<string, number>>;
  readonly phones: readonly PhoneReport[];
}
