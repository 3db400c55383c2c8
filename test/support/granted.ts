import type { AdminOffice, Json } from "./admin-office.ts";

export interface GrantBody {
  readonly id: string;
  readonly name: string;
  readonly may: string;
  readonly open: boolean;
  readonly version: number;
  readonly expiresAt: string;
  readonly endedAt?: string;
  readonly endedBy?: string;
}

/** Gives a grant with the root token, in the organization named. */
export async function give(
  admin: AdminOffice,
  wish: { readonly name: string; readonly may?: string; readonly minutes?: number },
  organization = "default",
): Promise<GrantBody & { readonly token: string }> {
  const headers = { "offhook-organization": organization };
  const answer = await admin.call<GrantBody & { token: string }>("POST", "/grants", wish, headers);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.json;
}

/** The header of whoever shows this token. */
export function shows(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly id: string;
  readonly detail?: Json;
}

/** What the audit tells, the oldest first. */
export async function auditOf(admin: AdminOffice): Promise<readonly Entry[]> {
  return (await admin.ok<{ items: readonly Entry[] }>("GET", "/audit?limit=500")).items.toReversed();
}
