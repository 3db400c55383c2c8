import type { DocumentKey, Store, StoreChange } from "../domain/ports.ts";
import type { Delivery } from "../domain/webhook.ts";

export const deliveryKind = "delivery";

export function deliveryKey(organization: string, id: string): DocumentKey {
  return { organization, kind: deliveryKind, id };
}

/** A delivery that has not ended, and where it is stored. */
export interface Waiting {
  readonly store: Store;
  readonly key: DocumentKey;
  readonly nextAt: number;
}

/** Deliveries of one web hook. */
export interface Backlog {
  /** By id, oldest first. */
  readonly waiting: Map<string, Waiting>;
  /** Ended ones that the log still shows, oldest first. */
  readonly ended: Map<string, Omit<Waiting, "nextAt">>;
}

/** What is to be delivered: in memory, true by the changes of both stores. */
export interface Backlogs {
  all(): Iterable<readonly [hook: string, backlog: Backlog]>;
  of(organization: string, hook: string): Backlog;
  /** A delivery as it is stored now; without a body it is gone. */
  note(store: Store, document: Omit<StoreChange, "version">): void;
  /** When the next one is due, milliseconds since the epoch. */
  nextAt(): number | undefined;
  load(): Promise<void>;
  /** Called when deliveries came or moved. */
  watch(listener: () => void): void;
  close(): void;
}

const pageSize = 500;

export function createBacklogs(stores: readonly Store[]): Backlogs {
  const backlogs = new Map<string, Backlog>();
  const listeners = new Set<() => void>();

  function of(organization: string, hook: string): Backlog {
    const name = `${organization}/${hook}`;
    const backlog = backlogs.get(name) ?? { waiting: new Map(), ended: new Map() };
    backlogs.set(name, backlog);
    return backlog;
  }

  function note(store: Store, { organization, kind, id, body }: Omit<StoreChange, "version">): void {
    const delivery = body as Delivery | undefined;
    const key = { organization, kind, id };
    if (!delivery) {
      for (const backlog of backlogs.values()) {
        backlog.waiting.delete(id);
        backlog.ended.delete(id);
      }
      return;
    }
    const { ended, waiting } = of(organization, delivery.hook);
    if (delivery.nextAt !== undefined) waiting.set(id, { store, key, nextAt: delivery.nextAt });
    else {
      waiting.delete(id);
      ended.set(id, { store, key });
    }
  }

  const unwatch = stores.map((store) =>
    store.watch((changes) => {
      const news = changes.filter(({ kind }) => kind === deliveryKind);
      for (const change of news) note(store, change);
      if (news.length > 0) for (const listener of listeners) listener();
    }),
  );

  async function loadFrom(store: Store): Promise<void> {
    let after: { organization: string; id: string } | undefined;
    do {
      const query = { kind: deliveryKind, limit: pageSize, ...(after && { after }) };
      const found = await store.find<Delivery>(query);
      for (const document of found) note(store, document);
      const last = found.at(-1);
      after = last && found.length === pageSize ? { organization: last.organization, id: last.id } : undefined;
    } while (after);
  }

  return {
    all: () => backlogs,
    of,
    note,
    nextAt() {
      let next: number | undefined;
      for (const { waiting } of backlogs.values())
        for (const { nextAt } of waiting.values()) next = Math.min(next ?? nextAt, nextAt);
      return next;
    },
    async load() {
      for (const store of stores) await loadFrom(store);
    },
    watch: (listener) => void listeners.add(listener),
    close() {
      for (const end of unwatch) end();
    },
  };
}
