import type { AuditEntry, DocumentKey, Store } from "../../server/domain/ports.ts";
import type { Stores } from "../../server/store/open-store.ts";

/** Opens the stores of one place; called again after closing them, it opens the same place again. */
export type OpenStores = () => Promise<Stores>;

/** Where the running test keeps its documents. */
export class StorePlace {
  #opened: { readonly open: OpenStores; readonly stores: Stores } | undefined;

  get stores(): Stores {
    if (this.#opened === undefined) {
      throw new Error("the place was not opened");
    }
    return this.#opened.stores;
  }

  get store(): Store {
    return this.stores.config;
  }

  async open(open: OpenStores): Promise<void> {
    this.#opened = { open, stores: await open() };
  }

  async close(): Promise<void> {
    await Promise.all([this.#opened?.stores.config.close(), this.#opened?.stores.presence.close()]);
  }

  async reopen(): Promise<void> {
    await this.close();
    await (this.#opened && this.open(this.#opened.open));
  }
}

export const key = (id: string, organization = "default"): DocumentKey => ({ organization, kind: "device", id });

export const auditEntry = (id: string, organization = "default"): AuditEntry => ({
  at: "2024-05-01T10:00:00Z",
  organization,
  actor: "admin",
  action: "device.put",
  kind: "device",
  id,
});

export const put = (store: Store, id: string, body: unknown, options?: { unique?: string[]; expect?: number }) =>
  store.transaction((transaction) => transaction.put(key(id), body, options));

/** What a promise was rejected with. */
export async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (thrown) => thrown,
  );
}
