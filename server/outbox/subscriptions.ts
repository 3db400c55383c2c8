import type { Store, StoredDocument } from "../domain/ports.ts";
import { type Webhook, type WebhookEvent, webhookKind } from "../domain/webhook.ts";

/** The web hooks as whoever writes events needs them: in memory, true by the store's changes. */
export interface Subscriptions {
  isEmpty(): boolean;
  of(organization: string, id: string): StoredDocument<Webhook> | undefined;
  /** Those that want an event; `site`: what it is about, when that is a phone. */
  wanting(organization: string, type: WebhookEvent, site: string | undefined): readonly StoredDocument<Webhook>[];
  close(): void;
}

export async function createSubscriptions(store: Store): Promise<Subscriptions> {
  const known = new Map<string, StoredDocument<Webhook>>();
  const keyOf = (organization: string, id: string) => `${organization}/${id}`;
  const unwatch = store.watch((changes) => {
    for (const { kind, organization, id, version, body } of changes) {
      if (kind !== webhookKind) continue;
      if (body === undefined) known.delete(keyOf(organization, id));
      else known.set(keyOf(organization, id), { organization, kind, id, version, body: body as Webhook });
    }
  });
  for (const hook of await store.find<Webhook>({ kind: webhookKind }))
    known.set(keyOf(hook.organization, hook.id), hook);
  return {
    isEmpty: () => known.size === 0,
    of: (organization, id) => known.get(keyOf(organization, id)),
    wanting: (organization, type, site) =>
      [...known.values()].filter(
        ({ body, ...hook }) =>
          hook.organization === organization &&
          body.enabled &&
          body.events.includes(type) &&
          (body.site === undefined || body.site === site),
      ),
    close: unwatch,
  };
}
