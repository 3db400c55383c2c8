import { ulid } from "ulid";
import { type Grant, type GrantReach, grantKind, isInForce } from "../domain/grant.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../domain/ports.ts";
import type { Caller } from "../security/bearer.ts";
import type { GrantTokens } from "../security/grant-tokens.ts";
import { audited, type Edit, readForEdit } from "./editing.ts";
import { finding, refuseIf } from "./refusals.ts";

interface GrantRequest {
  readonly name: string;
  readonly may: GrantReach;
  readonly minutes: number;
}

/** Who is let into an organization for a while. */
export interface Grants {
  /** Gives the token in the clear, this once. Fails with INVALID when too many are open. */
  give(edit: Edit, request: GrantRequest): Promise<{ readonly grant: StoredDocument<Grant>; readonly token: string }>;
  /** Now. One that is over stays as it is. Fails with NOT_FOUND. */
  end(edit: Edit, id: string): Promise<void>;
  /** Who shows the token of a grant that is in force; asks the store each time, so that an end counts on every node. */
  callerOf(authorization: string | undefined): Promise<Caller | undefined>;
}

const mostOpen = 100;

interface GrantParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: GrantTokens;
}

export function createGrants({ clock, store, tokens }: GrantParts): Grants {
  const keyOf = (organization: string, id: string): DocumentKey => ({ organization, kind: grantKind, id });

  return {
    async give(edit, request) {
      const now = clock();
      const key = keyOf(edit.organization, ulid(now));
      const { digest, token } = tokens.make(key.id);
      const body = grantOf(request, { id: key.id, digest, createdBy: edit.actor }, now);
      const grant = await store.transaction(async (transaction) => {
        await refuseMore(transaction, edit, now);
        const { expiresAt, may, name } = body;
        const at = body.createdAt;
        transaction.audit({ at, ...key, actor: edit.actor, action: "grant.give", detail: { name, may, expiresAt } });
        return await transaction.put(key, body, { unique: [nameOf(key.id)] });
      });
      return { grant, token };
    },
    async end(edit, id) {
      const key = keyOf(edit.organization, id);
      await store.transaction(async (transaction) => {
        const { body } = await readForEdit<Grant>(transaction, key, edit);
        const now = clock();
        if (!isInForce(body, now)) return;
        await transaction.put(key, { ...body, endedAt: new Date(now).toISOString(), endedBy: edit.actor });
        audited(transaction, clock, edit, "grant.end", key);
      });
    },
    async callerOf(authorization) {
      const shown = tokens.read(authorization);
      const found = shown && (await store.holder<Grant>(nameOf(shown.id)));
      if (!found || !shown.proves(found.body.digest) || !isInForce(found.body, clock())) return undefined;
      const { body, organization } = found;
      return { actor: `grant:${body.name}`, operator: false, grant: { organization, may: body.may } };
    },
  };
}

/** A token names its grant, not the organization. */
function nameOf(id: string): string {
  return `grant:${id}`;
}

async function refuseMore(transaction: StoreTransaction, { organization }: Edit, now: number): Promise<void> {
  const all = await transaction.find<Grant>({ organization, kind: grantKind });
  const open = all.filter(({ body }) => isInForce(body, now)).length;
  if (open >= mostOpen) refuseIf([finding("", "too-many", `${mostOpen} are open already: end one first`)]);
}

function grantOf(
  { may, minutes, name }: GrantRequest,
  made: Pick<Grant, "id" | "digest" | "createdBy">,
  now: number,
): Grant {
  const time = (at: number) => new Date(at).toISOString();
  return { ...made, name, may, createdAt: time(now), expiresAt: time(now + minutes * 60_000) };
}
