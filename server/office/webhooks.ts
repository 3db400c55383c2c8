import { isIP } from "node:net";
import { ulid } from "ulid";
import { Failure, type FieldError } from "../domain/failures.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../domain/ports.ts";
import { type Webhook, type WebhookEvent, webhookKind } from "../domain/webhook.ts";
import type { Sealer } from "../security/sealer.ts";
import { audited, type Edit, readForEdit } from "./editing.ts";
import { finding, refuseIf } from "./refusals.ts";
import { openConnectionSecret, sealConnectionSecret } from "./sealing.ts";

/** What a caller may say of a web hook; null takes the site away. `secret` is write-only. */
export interface WebhookChange {
  readonly url?: string;
  readonly events?: readonly WebhookEvent[];
  readonly secret?: string;
  readonly enabled?: boolean;
  readonly site?: string | null;
}

export interface NewWebhook extends WebhookChange {
  readonly url: string;
  readonly events: readonly WebhookEvent[];
}

/** Whom an organization has told of what happens. */
export interface Webhooks {
  /** Gives the secret in the clear, this once. */
  add(edit: Edit, hook: NewWebhook): Promise<{ readonly hook: StoredDocument<Webhook>; readonly secret: string }>;
  /** Fails with NOT_FOUND. */
  read(organization: string, id: string): Promise<StoredDocument<Webhook>>;
  change(edit: Edit, id: string, change: WebhookChange): Promise<StoredDocument<Webhook>>;
  remove(edit: Edit, id: string): Promise<void>;
  /** The secret in the clear. */
  secretOf(hook: StoredDocument<Webhook>): string;
}

const mostWebhooks = 20;

interface Parts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  newSecret(): string;
  /** Whether web hooks may go there at all: an IP address. */
  allows(address: string): boolean;
}

export function createWebhooks({ allows, clock, newSecret, sealer, store }: Parts): Webhooks {
  const keyOf = (organization: string, id: string): DocumentKey => ({ organization, kind: webhookKind, id });

  return {
    async add(edit, { secret = newSecret(), site, ...given }) {
      const key = keyOf(edit.organization, ulid(clock()));
      const hook = await store.transaction(async (transaction) => {
        refuseIf(await wrongWith(transaction, edit, { ...given, site: site ?? null }, allows));
        await refuseMore(transaction, edit);
        audited(transaction, clock, edit, "webhook.add", key, Object.keys(given));
        const body = { enabled: true, ...given, id: key.id, secret: sealConnectionSecret(sealer, key, secret) };
        return await transaction.put<Webhook>(key, { ...body, ...(site && { site }) }, { expect: 0 });
      });
      return { hook, secret };
    },
    async read(organization, id) {
      const found = await store.get<Webhook>(keyOf(organization, id));
      if (!found) throw new Failure("NOT_FOUND", `there is no web hook "${id}"`);
      return found;
    },
    async change(edit, id, change) {
      const key = keyOf(edit.organization, id);
      const { secret, site, ...rest } = change;
      return await store.transaction(async (transaction) => {
        const { body } = await readForEdit<Webhook>(transaction, key, edit);
        refuseIf(await wrongWith(transaction, edit, change, allows));
        audited(transaction, clock, edit, "webhook.change", key, Object.keys(change));
        const { site: before, ...others } = body;
        const now = site === undefined ? before : (site ?? undefined);
        const sealed = secret !== undefined && { secret: sealConnectionSecret(sealer, key, secret) };
        return await transaction.put<Webhook>(key, { ...others, ...rest, ...sealed, ...(now && { site: now }) });
      });
    },
    async remove(edit, id) {
      const key = keyOf(edit.organization, id);
      await store.transaction(async (transaction) => {
        await readForEdit(transaction, key, edit);
        await transaction.delete(key);
        audited(transaction, clock, edit, "webhook.remove", key);
      });
    },
    secretOf: ({ organization, kind, id, body }) =>
      openConnectionSecret(sealer, { organization, kind, id }, body.secret),
  };
}

async function refuseMore(transaction: StoreTransaction, { organization }: Edit): Promise<void> {
  const all = await transaction.find({ organization, kind: webhookKind });
  if (all.length >= mostWebhooks) refuseIf([finding("", "too-many", `${mostWebhooks} are there already`)]);
}

async function wrongWith(
  transaction: StoreTransaction,
  { organization }: Edit,
  { site, url }: WebhookChange,
  allows: Parts["allows"],
): Promise<FieldError[]> {
  const errors = url === undefined ? [] : wrongWithUrl(url, allows);
  if (typeof site === "string" && !(await transaction.get({ organization, kind: "site", id: site })))
    errors.push(finding("/site", "not-found", `there is no site "${site}"`));
  return errors;
}

/** A name is looked up when something is sent, each time. */
function wrongWithUrl(text: string, allows: Parts["allows"]): FieldError[] {
  if (!URL.canParse(text)) return [finding("/url", "url", "is not an address such as https://example.com/hook")];
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return [finding("/url", "url", "must begin with https:// or http://")];
  if (url.username !== "" || url.password !== "")
    return [finding("/url", "url", "must not hold a user or a password: the signature says who sends")];
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !allows(host))
    return [finding("/url", "address", `${host} is not an address that web hooks may reach: OFFHOOK_WEBHOOK_NETWORKS`)];
  return [];
}
